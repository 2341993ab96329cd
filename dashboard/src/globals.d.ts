/** Where the map's worker was written to; filled in by build.mjs. */
declare const MAP_WORKER_URL: string;

declare module "*.css";
