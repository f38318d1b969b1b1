//! A static file server on 127.0.0.1 for the demo, the tests and the bench: right media types, the headers that make a
//! page cross-origin isolated (or, to test the service worker, not), and the `.br` and `.gz` files that lie beside a file.
//!
//! As a command: scripts/serve [--port 8080] [--no-isolation] [folder, default target/demo]
//! As a module: `const { url, close } = await serve({ root, port, isolated, routes })`, port 0 being any free one.
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const PACKED = [["br", ".br"], ["gzip", ".gz"]];

/** The file that a URL's path stands for, or undefined: nothing outside the root, also not through a link.
 * @param {string} root @param {string} path */
async function find(root, path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (decoded.includes("\0")) return undefined;
  let file = resolve(root, `.${decoded}`);
  try {
    if ((await stat(file)).isDirectory()) file = join(file, "index.html");
    const real = await realpath(file);
    if (!real.startsWith(root + sep)) return undefined;
    const info = await stat(real);
    return info.isFile() ? { real, info } : undefined;
  } catch {
    return undefined;
  }
}

/** The best packed twin of a file that the client accepts and that is not older than it. */
async function packed(file, accepted) {
  for (const [encoding, suffix] of PACKED) {
    if (!accepted.includes(encoding)) continue;
    try {
      const info = await stat(file.real + suffix);
      if (info.mtimeMs >= file.info.mtimeMs) return { real: file.real + suffix, info, encoding };
    } catch {
      // There is none.
    }
  }
  return undefined;
}

/**
 * @param {{ root: string, port?: number, isolated?: boolean, served?: (path: string, bytes: number) => void, routes?: Record<string, (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void> }} options
 * `routes` answers paths that are not files; `served` hears of each file and of how many bytes of it, packed as they are sent.
 */
export async function serve({ root, port = 0, isolated = true, served, routes = {} }) {
  const top = await realpath(root);
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (isolated) for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    if (routes[path]) return routes[path](request, response);
    if (request.method !== "GET" && request.method !== "HEAD") return response.writeHead(405).end();
    const file = await find(top, path);
    if (!file) return response.writeHead(404, { "Content-Type": "text/plain" }).end(`${path} is not here\n`);
    const twin = await packed(file, String(request.headers["accept-encoding"] ?? ""));
    const { real, info } = twin ?? file;
    const tag = `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"`;
    response.setHeader("Content-Type", TYPES[extname(file.real)] ?? "application/octet-stream");
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("Vary", "Accept-Encoding");
    response.setHeader("ETag", tag);
    if (request.headers["if-none-match"] === tag) return response.writeHead(304).end();
    if (twin) response.setHeader("Content-Encoding", twin.encoding);
    response.writeHead(200, { "Content-Length": info.size });
    if (request.method === "HEAD") return response.end();
    served?.(path, info.size);
    createReadStream(real).on("error", () => response.destroy()).pipe(response);
  });
  await new Promise((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(await realpath(process.argv[1])).href) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string", default: "8080" },
      "no-isolation": { type: "boolean", default: false },
    },
  });
  const options = { root: positionals[0] ?? "target/demo", port: Number(values.port), isolated: !values["no-isolation"] };
  try {
    const { url } = await serve(options);
    console.log(url);
  } catch (error) {
    if (error.code === "EADDRINUSE") console.error(`serve: port ${options.port} is taken; try another with --port (make demo PORT=8081)`);
    else if (error.code === "ENOENT") console.error(`serve: ${options.root} is not there: run \`make build\``);
    else throw error;
    process.exitCode = 1;
  }
}
