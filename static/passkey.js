// A passkey asked for one answer: options and answer as JSON, and why there was none, in words.
// Given to the page's other scripts as `passkey`: their files bear hashes, so none imports another.

const bytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const REASONS = {
  NotAllowedError: "cancelled",
  AbortError: "cancelled",
  SecurityError: "elsewhere",
  InvalidStateError: "known",
  NotSupportedError: "unsupported",
};

function needPasskeys() {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    throw new DOMException("", "NotSupportedError");
  }
}

const named = (each) => ({ ...each, id: bytes(each.id) });

/** A new passkey by `options`, as JSON text; throws what the browser throws. */
async function make(options) {
  needPasskeys();
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: named(options.user),
      excludeCredentials: (options.excludeCredentials ?? []).map(named),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) },
    clientExtensionResults: {},
  });
}

/** The answer to `options`, as JSON text; throws what the browser throws. */
async function ask(options) {
  needPasskeys();
  const answer = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: options.allowCredentials.map(named),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = answer.response;
  return JSON.stringify({
    id: answer.id,
    rawId: text(answer.rawId),
    type: answer.type,
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
    clientExtensionResults: {},
  });
}

/** What the page asks a passkey for, or null. */
function wanted() {
  const found = document.getElementById("passkey-options");
  return found && JSON.parse(found.textContent);
}

const note = () => document.querySelector("[data-passkey-note]");

/** Say calmly why there was no answer. */
function explain(error) {
  const place = note();
  place.textContent = place.dataset[REASONS[error.name] ?? "failed"];
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function silence() {
  note().hidden = true;
}

globalThis.passkey = { ask, make, wanted, explain, silence };
