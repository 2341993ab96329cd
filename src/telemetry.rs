//! Log lines and metrics.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::Log;

/// Starts logging to standard error. The second call in one process does nothing.
pub fn start_logging(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only where a subscriber is set already, which is what we want.
    let _ = if log.json { lines.json().try_init() } else { lines.compact().try_init() };
}

/// Starts counting. `None` when this process counts already (several servers in one test process).
pub fn start_metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}
