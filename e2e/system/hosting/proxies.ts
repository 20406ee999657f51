import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, type IncomingMessage, request as overHttp } from "node:http";
import { connect } from "node:http2";
import { request as overHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

/** Content of files that no server may serve. */
export const OUTSIDE = "NOT-FOR-THE-WEB";

/** The path of a link. */
export const LINK = "/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA";

/** What mail programs, messengers and people do to a link: each path must still reach the recipient's page. */
export const DAMAGED_LINKS = [
  ...[".", ",", ")", ">", "]", '"', ";", "%20", "%C2%A0", "%E2%80%8B", "&data=05", "%22%3E"].map(
    (end) => LINK + end,
  ),
  `/${LINK}`,
  `//${LINK}`,
  `/.${LINK.slice(1)}`,
  `/(${LINK.slice(1)}`,
  `/%20${LINK.slice(1)}`,
  `/%3C${LINK.slice(1)}`,
  `/%E2%80%8B${LINK.slice(1)}`,
  `/%0A${LINK.slice(1)}`,
  LINK.replace("/v", "/%76"),
  LINK.replace("AAAA", "%41AA%41"),
  LINK.toUpperCase(),
  LINK.toLowerCase(),
];

/** The brand of the examples, for the API and the static host alike. */
export const BRAND = {
  BRAND_NAME: "Müller & Söhne",
  BRAND_COLOR: "#7700cc",
  BRAND_LOGO: join(REPOSITORY, "reveal", "public", "favicon.svg"),
  RECOGNITION_PHRASE: "blue heron at noon",
};

/** Ports and hosts of a proxy. */
interface ProxyPorts {
  https: number;
  http: number;
  api: number;
  /** The API's host and, with `apps`, a host for each app. Otherwise everything is on `localhost`. */
  hosts?: typeof OWN_HOSTS;
}

/** The hosts of the examples. The test browser resolves them to this machine. */
export const OWN_HOSTS = {
  api: "api.example.com",
  dashboard: "dashboard.example.com",
  reveal: "reveal.example.com",
};

/** A running static host in front of the API, configured by one of the examples. */
export interface RunningProxy {
  /** Its access log, error log, stdout and stderr. */
  logs: () => string;
  stop: () => Promise<void>;
}

/** A static host with an example. */
export interface Proxy {
  name: string;
  isInstalled: boolean;
  start: (ports: ProxyPorts) => Promise<RunningProxy>;
}

const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0;

/** Runs a command. Throws with its output if it fails. */
const quietly = (command: string, args: string[]) => execFileSync(command, args, { stdio: "pipe" });

/** The clients' addresses, such as 127.0.0.2, exist by default on Linux only. */
const isLinux = process.platform === "linux";

export const PROXIES: Proxy[] = [
  {
    name: "nginx",
    isInstalled: isLinux && has("nginx", "-v") && has("openssl", "version"),
    start: startNginx,
  },
  { name: "Caddy", isInstalled: isLinux && has("caddy", "version"), start: startCaddy },
];

async function startNginx({ https, http, api, hosts }: ProxyPorts): Promise<RunningProxy> {
  const folder = makeFolder(hosts && `https://${hosts.api}:${https}`);
  const certificate = ["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:*.example.com"];
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  quietly("openssl", ["req", "-x509", "-days", "2", ...newKey, ...subject, ...certificate]);
  const places = {
    "/var/www/ttl-secrets": join(folder, "site"),
    "listen 80;": `listen 127.0.0.1:${http};`,
    "listen [::]:80;": "",
    "listen 443 ssl http2;": `listen 127.0.0.1:${https} ssl http2;`,
    "listen [::]:443 ssl http2;": "",
  };
  const example = withParameters("nginx.conf", {
    "/etc/letsencrypt/live/secrets.example.com": folder,
    "https://secrets.example.com": `https://${hosts?.api ?? "localhost"}:${https}`,
    "secrets.example.com": hosts?.api ?? "localhost",
    "/var/log/nginx/ttl-secrets": join(folder, "log"),
    "127.0.0.1:4000": `127.0.0.1:${api}`,
    ...places,
  });
  const apps =
    hosts &&
    withParameters("static.nginx.conf", {
      "/etc/letsencrypt/live/apps.example.com": folder,
      "https://api.example.com": `https://${hosts.api}:${https}`,
      ...places,
    });
  writeFileSync(join(folder, "ttl-secrets.conf"), example + (apps ?? ""));
  // Includes the settings of Debian's nginx.conf that the example must override, such as compression.
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const main = `
    daemon off;
    ${process.getuid?.() === 0 ? "user root root;" : ""}
    pid ${folder}/nginx.pid;
    error_log stderr error;
    ${recommended("worker_rlimit_nofile")}
    ${recommended("events")}
    http {
      gzip on;
      gzip_proxied any;
      gzip_types application/json;
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${folder}/temporary-${name};`).join("\n")}
      include ${folder}/ttl-secrets.conf;
    }`;
  writeFileSync(join(folder, "main.conf"), main);
  const args = ["-e", "stderr", "-p", folder, "-c", join(folder, "main.conf")];
  quietly("nginx", [...args, "-t"]);
  const url = `https://${hosts?.api ?? "localhost"}:${https}`;
  // A graceful stop ends its workers, too.
  const proxy = await run("nginx", args, { folder, url, signal: "SIGTERM" });
  // Makes nginx fail if it writes a body or an answer to disk.
  for (const name of temporary) rmSync(join(folder, `temporary-${name}`), { recursive: true });
  const logFiles = ["log.access.log", "log.error.log"];
  return {
    ...proxy,
    logs: () => proxy.logs() + logFiles.map((name) => readFileSync(join(folder, name), "utf8")).join(""),
  };
}

/** A directive that the example's comment asks for in nginx's main configuration. */
function recommended(directive: string): string {
  const [, line] = new RegExp(`^#   (${directive} .*)$`, "m").exec(withParameters("nginx.conf", {})) ?? [];
  if (!line) throw new Error(`nginx.conf recommends no ${directive}`);
  return line;
}

function startCaddy({ https, http, api, hosts }: ProxyPorts): Promise<RunningProxy> {
  const folder = makeFolder(hosts && `https://${hosts.api}:${https}`);
  const ports = `http_port ${http}\n\thttps_port ${https}\n\tdefault_bind 127.0.0.1`;
  const example = withParameters("Caddyfile", {
    // Caddy creates the certificates itself.
    "\n{\n": `\n{\n\tadmin off\n\tskip_install_trust\n\tlocal_certs\n\t${ports}\n`,
    "redir https://secrets.example.com": `redir https://${hosts?.api ?? "localhost"}:${https}`,
    "secrets.example.com": hosts?.api ?? "localhost",
    "/var/www/ttl-secrets": join(folder, "site"),
    "127.0.0.1:4000": `127.0.0.1:${api}`,
  });
  const apps =
    hosts &&
    withParameters("static.Caddyfile", {
      "https://api.example.com": `https://${hosts.api}:${https}`,
      "/var/www/ttl-secrets": join(folder, "site"),
    });
  const file = join(folder, "Caddyfile");
  // A Caddyfile has one block of global options, here the API's.
  writeFileSync(file, example + (apps?.replace(/^\{\n[\s\S]*?^\}\n/m, "") ?? ""));
  const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const url = `https://${hosts?.api ?? "localhost"}:${https}`;
  // A graceful stop would wait for every open stream.
  return run("caddy", ["run", "--adapter", "caddyfile", "--config", file], {
    env,
    folder,
    url,
    signal: "SIGKILL",
  });
}

/** Reads an example and replaces its parameters. */
export function withParameters(name: string, parameters: Record<string, string>): string {
  let text = readFileSync(join(REPOSITORY, "api", "ops", "hosting", name), "utf8");
  for (const [parameter, value] of Object.entries(parameters)) {
    if (!text.includes(parameter)) throw new Error(`${name} does not contain ${parameter}`);
    text = text.replaceAll(parameter, value);
  }
  return text;
}

/** Creates a folder with the exported apps, among files that must not be served. */
function makeFolder(apiOrigin?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-hosting-"));
  chmodSync(folder, 0o755);
  const site = join(folder, "site");
  execFileSync(
    process.execPath,
    [join(REPOSITORY, "api", "scripts", "export-apps.ts"), site, ...(apiOrigin ? [apiOrigin] : [])],
    {
      env: { ...process.env, ...BRAND },
      stdio: "pipe",
    },
  );
  for (const place of [".", "dashboard", "dashboard/assets", "reveal", "reveal/assets", "brand/assets"]) {
    mkdirSync(join(site, place, ".git"));
    for (const name of [".env", ".git/config"]) writeFileSync(join(site, place, name), OUTSIDE);
  }
  writeFileSync(join(site, "package.json"), OUTSIDE);
  writeFileSync(join(folder, "package.json"), OUTSIDE);
  return folder;
}

async function run(
  command: string,
  args: string[],
  {
    env,
    folder,
    url,
    signal,
  }: { env?: Record<string, string>; folder: string; url: string; signal: NodeJS.Signals },
): Promise<RunningProxy> {
  let output = "";
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk));
  const answers = () =>
    send(url).then(
      () => true,
      () => false,
    );
  for (let waits = 0; !(await answers()); waits++) {
    if (child.exitCode !== null || waits > 200) throw new Error(`${command} did not start:\n${output}`);
    await pause(50);
  }
  return {
    logs: () => output,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill(signal);
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Names of an app's built files, such as `assets/index-….js`, without their compressed copies. */
export const filesOf = (app: "dashboard" | "reveal") =>
  readdirSync(join(REPOSITORY, app, "dist"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(?!br$|gz$)\w+$/.test(name),
  );

/** Options of a request; by default a plain GET. */
export interface Sending {
  method?: string;
  /** Sent unchanged. */
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Sends the body in chunks, without Content-Length. */
  chunked?: boolean;
  /** Local address to send from. */
  from?: string;
  /** Request target, sent instead of the URL's path without normalisation. */
  target?: string;
}

/** A complete answer. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Length of the body as transferred, in bytes. */
  size: number;
}

/** Sends a request on a new connection. */
export async function send(url: string, sending: Sending = {}): Promise<Answer> {
  const answer = await open(url, sending);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: body.toString(),
    size: body.length,
  };
}

/** Posts JSON over HTTP/2 without Content-Length. Returns the answer's status and body. */
export async function postOverHttp2(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Pick<Answer, "status" | "body">> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin.replace("localhost", "127.0.0.1"), {
    servername: "localhost",
    rejectUnauthorized: false,
  });
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": pathname,
      "content-type": "application/json",
      ...headers,
    });
    stream.end(body);
    const [answer] = await once(stream, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return { status: answer[":status"], body: Buffer.concat(chunks).toString() };
  } finally {
    session.close();
  }
}

/** Sends a request and resolves once the answer's headers have arrived. */
export function open(url: string, sending: Sending = {}): Promise<IncomingMessage> {
  const { method = "GET", headers, body, chunked, from, target } = sending;
  const { protocol, host, hostname, port, pathname, search } = new URL(url);
  const length = body && !chunked && { "content-length": String(Buffer.byteLength(body)) };
  const options = {
    agent: false as const,
    host: "127.0.0.1",
    port,
    method,
    path: target ?? pathname + search,
    headers: { host, ...headers, ...length },
    ...(from && { localAddress: from }),
  };
  return new Promise((resolve, reject) => {
    const request =
      protocol === "https:"
        ? overHttps({ ...options, servername: hostname, rejectUnauthorized: false }, resolve)
        : overHttp(options, resolve);
    request.on("error", reject);
    if (headers?.expect !== "100-continue") return request.end(body);
    // Caddy says it, and passes on that the API said it.
    request.once("continue", () => request.end(body));
    return request.flushHeaders();
  });
}
