// Signing in through a provider of identities that Jalon's authors did not write: an invitation
// accepted, the account opened again, and the way out, as a person does it.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";

import Provider from "oidc-provider";

import { accessible, fits } from "./every-page.mjs";
import { administrator, engines, signIn, startInstalled } from "./site.mjs";

const client = { id: "jalon", secret: "un-secret-d-essai" };

for (const engine of engines) {
  describe(`on ${engine.name}`, { skip: engine.skip }, () => {
    let site;
    let provider;
    before(async () => {
      provider = await startProvider();
      site = await startInstalled(engine, {
        JALON_OPENID_ISSUER: provider.issuer,
        JALON_OPENID_CLIENT_ID: client.id,
        JALON_OPENID_CLIENT_SECRET: client.secret,
        JALON_OPENID_LABEL: "Identité d’essai",
      });
      provider.knows(site.url);
    });
    after(async () => {
      await site?.stop();
      await provider?.stop();
    });

    test("an invitation is accepted with an identity, which then opens the account", async () => {
      const said = site.run(["person", "invite", "--name", "Inès Exemple", "--email", "ines@example.org"]);
      const [link] = said.match(/http\S+\/lien\/\S+/);
      await journey(async (page) => {
        await page.goto(link);
        await accessible(page);
        await page.getByRole("button", { name: "Accepter avec Identité d’essai" }).click();
        await recognised(page, "ines");
        await heading(page, "Bonjour, Inès Exemple");
        await leaves(page, "Inès Exemple");
        // The account opens again, where it was left.
        await page.goto("/organisations");
        await follow(page, "S’identifier avec Identité d’essai");
        await recognised(page, "ines");
        assert.equal(new URL(page.url()).pathname, "/organisations");
        await leaves(page, "Inès Exemple");
      });
    });

    test("an identity that nobody bound opens nothing, and the page says what to do", async () => {
      await journey(async (page) => {
        await page.goto("/connexion");
        await accessible(page);
        await follow(page, "S’identifier avec Identité d’essai");
        // The provider vouches for an address that has an account here.
        await recognised(page, "inconnue");
        await heading(page, "Aucun compte lié à cette identité");
        await accessible(page);
        await page.setViewportSize({ width: 375, height: 800 });
        await fits(page);
        await page.goto("/");
        assert.equal(new URL(page.url()).pathname, "/connexion");
      });
    });

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? "with" : "without";
      test(`an identity is bound from the account and taken away, ${how} JavaScript`, async () => {
        const login = `coordination-${how}`;
        await journey({ javaScriptEnabled }, async (page) => {
          await signIn(page, administrator);
          await page.goto("/moi");
          await page.getByLabel("Mot de passe de votre compte Jalon").fill(administrator.password);
          await page.getByRole("button", { name: "Lier une identité Identité d’essai" }).click();
          await recognised(page, login);
          await page.getByText("Votre identité est liée").waitFor();
          if (javaScriptEnabled) await accessible(page);
          await page.getByLabel("Mot de passe de votre compte Jalon").fill(administrator.password);
          await page.getByRole("button", { name: "Retirer l’identité" }).click();
          await page.getByText("L’identité est retirée").waitFor();
        });
      });
    }

    /** Goes through Jalon and the provider, whose pages are not Jalon's. */
    function journey(options, walk = options) {
      const own = walk === options ? {} : options;
      return site.visit({ ...own, beside: [provider.issuer] }, walk);
    }
  });
}

function heading(page, name) {
  return page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

function follow(page, name) {
  return page.getByRole("link", { name }).click();
}

/** Says who one is on the provider's own page. */
async function recognised(page, login) {
  await page.getByLabel("Nom d’essai").fill(login);
  await page.getByRole("button", { name: "Entrer" }).click();
  await page.waitForURL((address) => !address.pathname.startsWith("/entree"));
  await page.getByRole("main").waitFor();
}

/** Signs out of Jalon, then of the provider, and comes back. */
async function leaves(page, name) {
  await page.getByText(name, { exact: true }).first().click();
  await page.getByRole("button", { name: "Se déconnecter" }).click();
  await page.getByRole("button", { name: "Quitter" }).click();
  await page.getByText("Vous êtes déconnecté.").waitFor();
}

// --- the provider ----------------------------------------------------------------------------

/** A provider on this machine, under another name than the site so that it is another site. */
async function startProvider() {
  let answer;
  const server = createServer((request, response) => answer(request, response));
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  const issuer = `http://localhost:${server.address().port}`;
  return {
    issuer,
    knows(site) {
      const provider = new Provider(issuer, configuration(site));
      const rest = provider.callback();
      answer = (request, response) =>
        request.url.startsWith("/entree/") ? enter(provider, request, response) : rest(request, response);
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(site) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), kid: "essai", use: "sig", alg: "RS256" };
  const told = ["given_name", "usual_name", "email", "siret", "idp_id"];
  return {
    jwks: { keys: [key] },
    cookies: { keys: ["essai"] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        token_endpoint_auth_method: "client_secret_post",
        redirect_uris: [`${site}/connexion/fournisseur/retour`],
        post_logout_redirect_uris: [`${site}/deconnexion/retour`],
        userinfo_signed_response_alg: "RS256",
      },
    ],
    pkce: { required: () => true },
    scopes: ["openid", ...told],
    claims: { openid: ["sub"], acr: null, amr: null, ...Object.fromEntries(told.map((name) => [name, [name]])) },
    acrValues: ["eidas1", "eidas2"],
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      jwtUserinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(context, form) {
          context.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">Quitter</button>`);
        },
      },
    },
    interactions: { url: (_, interaction) => `/entree/${interaction.uid}` },
    findAccount: (_, login) => ({
      accountId: login,
      claims: () => ({
        sub: login,
        given_name: "Agent",
        usual_name: login,
        // Of an account that is there: an address opens nothing.
        email: administrator.email,
        siret: "11000201100044",
        idp_id: "essai",
      }),
    }),
    /** Nobody is asked whether they consent. */
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope(["openid", ...told].join(" "));
      grant.addOIDCClaims(["acr", "amr"]);
      await grant.save();
      return grant;
    },
  };
}

function page(body) {
  return `<!doctype html><html lang="fr"><title>Essai</title><main>${body}</main></html>`;
}

/** The provider's page that asks who one is, and believes it. */
async function enter(provider, request, response) {
  if (request.method === "GET") {
    const field = `<label for="nom">Nom d’essai</label><input id="nom" name="nom">`;
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(page(`<form method="post">${field}<button>Entrer</button></form>`));
    return;
  }
  let sent = "";
  for await (const chunk of request) sent += chunk;
  const accountId = new URLSearchParams(sent).get("nom");
  const login = { accountId, acr: "eidas2", amr: ["pwd", "mfa"] };
  await provider.interactionFinished(request, response, { login });
}
