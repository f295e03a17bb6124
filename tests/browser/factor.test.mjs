// A second factor: set up with an application of codes, then asked for after the password; its pages
// are held to what must be true of every page.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { accessible, fits, named, prints } from "./every-page.mjs";
import { administrator, engines, signIn, startInstalled, typeCredentials } from "./site.mjs";

for (const engine of engines) {
  describe(`on ${engine.name}`, { skip: engine.skip }, () => {
    let site;
    before(async () => {
      site = await startInstalled(engine);
    });
    after(() => site?.stop());

    test("a code is asked for after the password, and a spare one opens the account once", async () => {
      let spare;
      await site.visit({}, async (page) => {
        await signIn(page, administrator);
        await page.goto("/moi/double-authentification");
        const letters = await page.getByText("Ou tapez-y ce secret").locator(".mono").textContent();
        await page.getByLabel("Code de l’application").fill(codeOf(letters, Date.now()));
        await page.getByLabel("Mot de passe de votre compte Jalon").fill(administrator.password);
        await page.getByRole("button", { name: "Mettre en place" }).click();
        await page.getByText("La double authentification est en place").waitFor();
        spare = await page.getByRole("list", { name: "Codes de secours" }).locator("li").first().textContent();
        // The page says itself that it is to be printed.
        await looksRight(page);
        await prints(page);
        assert.ok(await page.getByText(spare, { exact: true }).isVisible(), "the codes are printed");
      });
      await site.visit({}, async (page) => {
        await typeCredentials(page, "/connexion", administrator.email, administrator.password);
        await page.keyboard.press("Enter");
        await page.waitForURL("**/connexion/code**");
        await looksRight(page);
        await page.locator("main input:not([type=hidden])").first().fill("000000");
        await page.keyboard.press("Enter");
        await page.locator("[aria-invalid=true]").waitFor();
        await looksRight(page);
        await page.locator("main input:not([type=hidden])").first().fill(spare);
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { level: 1, name: `Bonjour, ${administrator.name}` }).waitFor();
      });
    });
  });
}

async function looksRight(page) {
  await named(page);
  await accessible(page);
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 800 });
  await fits(page);
  await page.setViewportSize(wide);
}

/** The code that an application shows for that secret (RFC 6238: SHA-1, six digits, thirty seconds). */
function codeOf(letters, milliseconds) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...letters.replace(/\s/g, "")].map((one) => alphabet.indexOf(one).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(milliseconds / 30_000)));
  const digest = createHmac("sha1", secret).update(step).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
