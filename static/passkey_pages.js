// The account's pages about passkeys: calm words where the browser refuses, and the confirmation.

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  passkey.explain(event.detail.exception);
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
