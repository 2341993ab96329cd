// The courier's app, installed from /app/ and working without a network.
import { render } from "preact";
import { App } from "./app";
import { resume } from "./session";
import "./courier.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
void resume().finally(() => (document.body.dataset.ready = "app"));
void navigator.serviceWorker?.register("/app/sw.js", { scope: "/app/" });
