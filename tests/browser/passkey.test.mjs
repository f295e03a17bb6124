// Passkeys with a real browser and a device that it makes up: made, given, taken away; and the
// page as it is without script.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { accessible, fits } from "./every-page.mjs";
import { administrator, engines, signIn, startInstalled } from "./site.mjs";

for (const engine of engines) {
  describe(`on ${engine.name}`, { skip: engine.skip }, () => {
    let site;
    before(async () => {
      // Devices know names, not network addresses.
      site = await startInstalled(engine, {}, "localhost");
    });
    after(() => site?.stop());

    test("a key opens the account again and again, without password or code", async () => {
      await site.visit({}, async (page) => {
        const device = await aDevice(page);
        await signIn(page, administrator);
        await page.goto("/moi");
        await page.getByRole("link", { name: "Clés d’accès" }).click();
        await heading(page, "Clés d’accès");
        await accessible(page);
        await page.setViewportSize({ width: 375, height: 800 });
        await fits(page);
        await page.getByLabel("Nom de la clé").fill("Ordinateur du bureau");
        await page.getByLabel("Mot de passe de votre compte Jalon").fill(administrator.password);
        await page.getByRole("button", { name: "Enregistrer une clé" }).click();
        await heading(page, "Enregistrer « Ordinateur du bureau »");
        await accessible(page);
        await page.getByRole("button", { name: "Créer la clé" }).click();
        await page.getByText("La clé est enregistrée").waitFor();
        await fits(page);
        await accessible(page);
        for (const back of ["/organisations", "/contrats"]) {
          await page.context().clearCookies();
          await page.goto(`/connexion?retour=${encodeURIComponent(back)}`);
          await accessible(page);
          await page.getByRole("button", { name: "Se connecter avec une clé d’accès" }).click();
          await page.waitForURL((address) => address.pathname === back);
        }
        // A device that does not recognise its holder opens nothing, and the page says so.
        await page.context().clearCookies();
        await page.goto("/connexion");
        await device.recognises(false);
        await page.getByRole("button", { name: "Se connecter avec une clé d’accès" }).click();
        await page.getByText("La demande n’a pas abouti").waitFor();
        await device.recognises(true);
        await page.getByRole("button", { name: "Se connecter avec une clé d’accès" }).click();
        await heading(page, `Bonjour, ${administrator.name}`);
        await page.goto("/moi/cles");
        await page.getByLabel("Mot de passe, pour retirer").fill(administrator.password);
        await page.getByRole("button", { name: "Retirer : Ordinateur du bureau" }).click();
        await page.getByText("La clé est retirée").waitFor();
        await page.context().clearCookies();
        await page.goto("/connexion");
        await page.getByRole("button", { name: "Se connecter avec une clé d’accès" }).click();
        await page.getByText("Cette clé d’accès n’ouvre aucun compte ici").waitFor();
      });
    });

    test("without JavaScript the password is there, and nothing that cannot serve", async () => {
      await site.visit({ javaScriptEnabled: false }, async (page) => {
        await page.goto("/connexion");
        assert.equal(await page.getByRole("button", { name: "clé d’accès" }).count(), 0);
        await page.getByRole("button", { name: "Se connecter", exact: true }).waitFor();
      });
    });
  });
}

function heading(page, name) {
  return page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** A device that keeps keys, and recognises its holder unless told otherwise. */
async function aDevice(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    recognises: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}
