// Jalon as its users meet it: the real program over a fresh database, and a real browser.
//
// A test never waits for a length of time: the site is polled until it answers, and the browser
// waits for what it is asked about. What one test starts is stopped at its end, failed or not.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? "target";
const program = process.env.JALON_BIN ?? path.resolve(root, target, "debug", "jalon");
// The demonstration makes its data first, by a program that is not optimised, beside other tests.
const startLimit = 180_000;

/** The account that `jalon init` opens. */
export const administrator = {
  name: "Coordination nationale",
  email: "coordonnatrice@example.org",
  password: "une phrase de passe",
};

/** The account of the demonstration, which its sign-in page shows. */
export const visitor = {
  email: "demo@example.org",
  password: "jalon-de-demonstration",
};

// --- databases -------------------------------------------------------------------------------

/** What a journey can run over. PostgreSQL is tested wherever `tools/with-postgres` names one. */
export const engines = [
  { name: "SQLite", skip: false, open: openSqlite },
  {
    name: "PostgreSQL",
    skip: process.env.JALON_TEST_POSTGRES
      ? false
      : "JALON_TEST_POSTGRES names no server: run tools/with-postgres, or make test",
    open: openPostgres,
  },
];

function openSqlite(folder) {
  return { url: `sqlite://${path.join(folder, "jalon.db")}`, drop() {} };
}

function openPostgres() {
  const server = process.env.JALON_TEST_POSTGRES;
  const name = `jalon_browser_${randomBytes(8).toString("hex")}`;
  const ask = (statement, at = server) => {
    const psql = spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, at], {
      encoding: "utf8",
    });
    assert.equal(psql.status, 0, `psql: ${psql.error ?? psql.stderr}`);
  };
  ask(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => ask(`drop database if exists ${name} with (force)`),
    // As if nobody had been there since 1970.
    expireSessions: () =>
      ask(`update session set data = regexp_replace(data, '"seen":[0-9]+', '"seen":0')`, url.href),
  };
}

// --- the program -----------------------------------------------------------------------------

/** A site over a database made by `jalon init`, under settings and a name of the test's own. */
export function startInstalled(engine, settings = {}, host = "127.0.0.1") {
  return start(engine, { settings, host }, (run, listen) => {
    const { name, email, password } = administrator;
    run(["init", "--name", name, "--email", email], { JALON_PASSWORD: password });
    return ["serve", "--listen", listen];
  });
}

/** The demonstration, over a database of its own. */
export function startDemo(engine) {
  return start(engine, { settings: {}, host: "127.0.0.1" }, () => ["demo"]);
}

async function start(engine, { settings, host }, prepare) {
  assert.ok(existsSync(program), `${program} is missing: build it first with cargo build`);
  const folder = mkdtempSync(path.join(tmpdir(), "jalon-browser-"));
  const stops = [() => rmSync(folder, { recursive: true, force: true })];
  // Last started, first stopped; one that fails does not keep the others from being stopped.
  const stop = async () => {
    const failures = [];
    for (const step of stops.splice(0).reverse()) {
      await Promise.resolve().then(step).catch((cause) => failures.push(cause));
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything was stopped");
  };
  try {
    const database = engine.open(folder);
    stops.push(database.drop);
    const port = await freePort();
    const listen = `127.0.0.1:${port}`;
    const url = `http://${host}:${port}`;
    const environment = {
      ...withoutSettings(process.env),
      JALON_DATABASE_URL: database.url,
      JALON_LISTEN: listen,
      JALON_PUBLIC_URL: url,
      // What a role asks for at sign-in is tested on its own.
      JALON_SECOND_FACTOR: "optional",
      NO_COLOR: "1",
      ...settings,
    };
    const run = (words, more = {}) => {
      const done = spawnSync(program, words, {
        cwd: folder,
        encoding: "utf8",
        env: { ...environment, ...more },
      });
      assert.equal(done.status, 0, `jalon ${words[0]}: ${done.error ?? done.stderr}`);
      return done.stdout;
    };
    const words = prepare(run, listen);
    const server = launch(words, { cwd: folder, env: environment });
    stops.push(server.stop);
    await answering(url, server);
    const browser = await openBrowser();
    stops.push(() => browser.close());
    return { ...site(url, browser, stop, run), expireSessions: database.expireSessions };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** Nothing of the developer's own settings reaches the site under test. */
function withoutSettings(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !key.startsWith("JALON_")));
}

function launch(words, options) {
  const child = spawn(program, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  let ended = null;
  const keep = (text) => {
    log = (log + text).slice(-20_000);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const end = new Promise((resolve) => {
    child.on("error", (cause) => resolve((ended = String(cause))));
    child.on("exit", (code, signal) => resolve((ended = `ended with ${signal ?? code}`)));
  });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  return {
    get log() {
      return log;
    },
    get ended() {
      return ended;
    },
    async stop() {
      process.off("exit", killed);
      if (ended) return;
      child.kill("SIGTERM");
      const late = pause(10_000, "late", { ref: false });
      if ((await Promise.race([end, late])) === "late") child.kill("SIGKILL");
      await end;
    },
  };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(url, server) {
  const limit = Date.now() + startLimit;
  while (Date.now() < limit) {
    assert.ok(!server.ended, `jalon ${server.ended}:\n${server.log}`);
    try {
      await fetch(`${url}/connexion`, { signal: AbortSignal.timeout(5_000) });
      return;
    } catch {
      await pause(25);
    }
  }
  assert.fail(`jalon did not answer within ${startLimit / 1000} s:\n${server.log}`);
}

// --- the browser -----------------------------------------------------------------------------

/** Debian's Chromium, or the one that CHROMIUM names; the tests never download one. */
export function openBrowser() {
  const asRoot = process.getuid?.() === 0;
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  assert.ok(
    existsSync(executablePath),
    `${executablePath} is missing: apt-get install chromium, or name another in CHROMIUM`,
  );
  return chromium.launch({
    executablePath,
    args: [
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-quic",
      "--disable-sync",
      "--no-first-run",
      ...(asRoot ? ["--no-sandbox"] : []),
    ],
  });
}

function site(url, browser, stop, run) {
  return {
    url,
    stop,
    /** What a command says. */
    run,
    /**
     * Gives `journey` a page in a browser that knows nothing yet (`options` are those of a
     * playwright context), then holds it to what is true of every page: no error in the console,
     * nothing that the content security policy refuses, nothing asked from another origin but
     * those that the journey goes through (`beside`), whose pages are not ours.
     */
    async visit({ beside = [], ...options }, journey) {
      const context = await browser.newContext({ baseURL: url, locale: "fr-FR", ...options });
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(10_000);
        const problems = await watch(page, url, beside);
        await journey(page);
        assert.deepEqual(problems(), [], "what the browser complained about");
      } finally {
        await context.close();
      }
    },
    /** The cookies of somebody signed in, to visit with as `storageState`. */
    async signedIn(account) {
      let state;
      await this.visit({}, async (page) => {
        await signIn(page, account);
        state = await page.context().storageState();
      });
      return state;
    },
  };
}

/** Signs in as somebody without a mouse does. */
export async function signIn(page, account, from = "/connexion") {
  await typeCredentials(page, from, account.email, account.password);
  await page.keyboard.press("Enter");
  await page.waitForURL((address) => address.pathname !== "/connexion");
}

/** Fills the sign-in page with the keyboard alone; the address has the focus on arrival. */
export async function typeCredentials(page, from, email, password) {
  await page.goto(from);
  // The browser gives the focus when it first draws the page, which may be after it has loaded.
  await page.locator("[name=email]:focus").waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
}

/** Notes whatever goes wrong in a page, and gives it back as a list of sentences. */
export async function watch(page, origin, beside = []) {
  const problems = [];
  const isBeside = (url) => URL.canParse(url) && beside.includes(new URL(url).origin);
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (!["error", "warning"].includes(message.type())) return;
    if (isBeside(message.location().url)) return;
    // A page that answers 404 or 422 is a journey's own business; anything else it loads is not.
    const aboutStatus = message.text().startsWith("Failed to load resource: the server responded");
    if (!aboutStatus) problems.push(`console: ${message.text()}`);
  });
  page.on("response", (answer) => {
    if (isBeside(answer.url())) return;
    if (answer.status() >= 400 && !answer.request().isNavigationRequest()) {
      problems.push(`${answer.status()}: ${answer.url()}`);
    }
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (isBeside(url.href)) return;
    if (url.origin !== new URL(origin).origin && !["data:", "blob:"].includes(url.protocol)) {
      problems.push(`another origin: ${url.href}`);
    }
  });
  page.on("requestfailed", (request) => {
    const cause = request.failure()?.errorText;
    // What was still loading when the page was left is nobody's mistake.
    if (cause !== "net::ERR_ABORTED") problems.push(`failed: ${request.url()} (${cause})`);
  });
  await page.exposeFunction("noteRefusal", (sentence) => problems.push(sentence));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (refused) => {
      window.noteRefusal(`content security policy: ${refused.violatedDirective} ${refused.blockedURI}`);
    });
  });
  return () => [...problems];
}
