// The account's pages about passkeys: calm words where the browser refuses, and the confirmation.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  passkey.explain(event.detail.exception);
});

// The button waits, disabled, for allauth's script to listen: a click before that would be lost.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("#mfa_webauthn_add, #mfa_webauthn_authenticate")) {
    button.disabled = false;
  }
});

const form = document.querySelector("[data-passkey-form]");
let asking = false;
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (asking) return;
  asking = true;
  passkey.silence();
  try {
    form.querySelector("[data-assertion]").value = await passkey.ask(passkey.wanted());
    form.submit();
  } catch (error) {
    passkey.explain(error);
    asking = false;
  }
});
