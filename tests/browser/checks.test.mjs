// The checks themselves: a check that sees nothing would make every page look right.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { after, before, describe, test } from "node:test";

import { accessible, fits, leads, named, prints } from "./every-page.mjs";
import { openBrowser, startInstalled, watch } from "./site.mjs";

const right = `<!doctype html><html lang="fr"><head><title>Essai | Jalon</title>
  <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head>
  <body><main><h1>Essai</h1>BODY</main></body></html>`;

describe("the checks", () => {
  let server;
  let origin;
  let browser;
  before(async () => {
    server = createServer((request, answer) => {
      const address = new URL(request.url, "http://localhost");
      if (address.pathname !== "/") return answer.writeHead(404).end();
      answer.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": address.searchParams.get("policy") ?? "",
      });
      answer.end(right.replace("BODY", address.searchParams.get("body") ?? ""));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  /** What the checks say of a page with this body. */
  async function check({ body = "", policy = "", checks = [accessible, fits, leads, named] }) {
    const page = await browser.newPage({ viewport: { width: 375, height: 800 } });
    try {
      const problems = await watch(page, origin);
      await page.goto(`${origin}/?${new URLSearchParams({ body, policy })}`, { waitUntil: "networkidle" });
      for (const one of checks) await one(page);
      return problems();
    } finally {
      await page.close();
    }
  }

  test("nothing is said of a page that is right", async () => {
    assert.deepEqual(await check({}), []);
  });

  test("a picture without words is seen", async () => {
    const body = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">';
    await assert.rejects(check({ body }), /image-alt/);
  });

  test("text too pale to be read is seen", async () => {
    await assert.rejects(check({ body: '<p style="color:#ccc">pâle</p>' }), /color-contrast/);
  });

  test("what sticks out is seen and named", async () => {
    const body = '<div id="large" style="width:600px">large</div>';
    await assert.rejects(check({ body, checks: [fits] }), /pixels too wide[^]*id="large"/);
  });

  test("what scrolls in its own frame does not stick out", async () => {
    const body = '<div style="overflow-x:auto" tabindex="0"><div style="width:600px">large</div></div>';
    assert.deepEqual(await check({ body }), []);
  });

  test("a page that paper cannot hold is seen, and what paper cannot do", async () => {
    const checks = [prints];
    assert.deepEqual(await check({ body: "<p>texte</p>", checks }), []);
    const broad = '<div id="large" style="width:800px">large</div>';
    await assert.rejects(check({ body: broad, checks }), /pixels too wide[^]*id="large"/);
    const onItsSide = `<div style="page:large">${broad}</div>`;
    assert.deepEqual(await check({ body: onItsSide, checks }), []);
    for (const frame of ["overflow-x:auto", "overflow:auto;max-height:20px", "overflow:hidden;height:20px"]) {
      const body = `<div id="cadre" style="${frame}"><div style="width:800px;height:50px">large</div></div>`;
      await assert.rejects(check({ body, checks }), /cuts off[^]*id="cadre"/);
    }
    await assert.rejects(check({ body: "<button>Envoyer</button>", checks }), /Envoyer/);
    await assert.rejects(check({ body: "<style>h1{display:none}</style>", checks }), /main heading/);
  });

  test("a link that leads nowhere is seen", async () => {
    const body = '<a href="/">ici</a> <a href="/absente#là">ailleurs</a>';
    await assert.rejects(check({ body, checks: [leads] }), /404 .*absente/);
  });

  test("a second main heading is seen", async () => {
    await assert.rejects(check({ body: "<h1>Encore</h1>", checks: [named] }), /one main heading/);
  });

  test("a refusal of the content security policy is seen", async () => {
    const policy = "default-src 'self'";
    const said = await check({ body: "<script>document.title = 'x'</script>", policy, checks: [] });
    assert.match(said.join("\n"), /content security policy: script-src/);
  });

  test("an error in a script and in the console are seen", async () => {
    const body = "<script>console.error('aïe'); throw new Error('ouille')</script>";
    const said = (await check({ body, checks: [] })).join("\n");
    assert.match(said, /console: aïe/);
    assert.match(said, /script: ouille/);
  });

  test("a missing file and another origin are seen", async () => {
    const elsewhere = origin.replace("127.0.0.1", "localhost");
    const body = `<img alt="" src="/absent.png"><img alt="" src="${elsewhere}/x.png">`;
    const said = (await check({ body, checks: [] })).join("\n");
    assert.match(said, /404: .*absent\.png/);
    assert.match(said, /another origin: http:\/\/localhost/);
  });
});

test("a site that does not start says why and leaves nothing behind", async () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("jalon-browser-"));
  const earlier = new Set(folders());
  // A file in an absent folder: no engine can open it.
  const nowhere = { name: "none", open: () => ({ url: "sqlite:///absent/jalon.db", drop() {} }) };
  await assert.rejects(startInstalled(nowhere), /jalon init: jalon : /);
  assert.deepEqual(folders().filter((name) => !earlier.has(name)), []);
});
