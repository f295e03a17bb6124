// Passkeys: asks the device for a key or for a signature, and sends what it answers by an ordinary
// form. Without this script the password is there.

const told = {
  NotAllowedError: "La demande n’a pas abouti : elle a été refusée sur l’appareil, ou a trop duré. Recommencez.",
  InvalidStateError: "Cet appareil garde déjà une clé pour ce compte.",
};
const failure = "Votre navigateur ou votre appareil ne peut pas se servir d’une clé d’accès ici.";

/** Bytes from the letters that JSON carries, and back. */
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const letters = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** What the server asks, as the browser wants it. */
function asked({ publicKey }) {
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials);
  if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials);
  return { publicKey: options };
}

/** What the device answers, as the server reads it. */
function answered({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"]) {
    if (response[name]) parts[name] = letters(response[name]);
  }
  return JSON.stringify({ id, rawId: letters(rawId), type, response: parts, clientExtensionResults: {} });
}

/** Has the device answer before the form leaves. */
function prepare(form, answer) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const line = form.querySelector("[data-passkey-told]");
    button.disabled = true;
    line.textContent = "";
    try {
      form.elements.reponse.value = answered(await answer());
      form.submit();
    } catch (cause) {
      line.textContent = told[cause.name] ?? failure;
      button.disabled = false;
    }
  });
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    prepare(form, async () => {
      const answer = await fetch(form.dataset.passkey, { method: "POST" });
      return navigator.credentials.get(asked(await answer.json()));
    });
  }
}
for (const form of document.querySelectorAll("[data-passkey-options]")) {
  prepare(form, () => navigator.credentials.create(asked(JSON.parse(form.dataset.passkeyOptions))));
}
