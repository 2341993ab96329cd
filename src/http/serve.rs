//! A server that answers on an address.

use actix_web::HttpServer;
use actix_web::dev::Server;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, Data};

use super::{App, not_found, request_id, routes};

/// Starts to answer on the configured address. The server ends on its handle's `stop`.
pub fn serve(app: Data<App>) -> std::io::Result<(Server, std::net::SocketAddr)> {
    let listen = app.config.server.listen.clone();
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .wrap(
                DefaultHeaders::new()
                    .add(("X-Content-Type-Options", "nosniff"))
                    .add(("Referrer-Policy", "no-referrer"))
                    .add(("X-Frame-Options", "DENY")),
            )
            .wrap(from_fn(request_id::middleware))
            .configure(routes)
            .default_service(web::to(not_found))
    })
    .disable_signals()
    .shutdown_timeout(5)
    .bind(listen)?;
    let address = *server.addrs().first().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    Ok((server.run(), address))
}
