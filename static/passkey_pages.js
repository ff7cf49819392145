// The account's pages about passkeys: calm words where the browser refuses, and the confirmation.
import { ask, explain, silence, wanted } from "./passkey.js";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  explain(event.detail.exception);
});

const form = document.querySelector("[data-passkey-form]");
let asking = false;
form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (asking) return;
  asking = true;
  silence();
  try {
    form.querySelector("[data-assertion]").value = await ask(wanted());
    form.submit();
  } catch (error) {
    explain(error);
    asking = false;
  }
});
