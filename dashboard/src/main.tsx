import { render } from "preact";
import { App } from "./app";
import { resume } from "./store/actions";
import { isDark } from "./store/preferences";
import { current } from "./store/store";
import "./styles/main.css";

document.documentElement.dataset.theme = isDark(current().theme) ? "dark" : "light";
document.documentElement.lang = current().language;
const root = document.getElementById("app");
if (root) render(<App />, root);
void resume();
