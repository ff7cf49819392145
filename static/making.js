// The page of a document that is being made: it asks again by itself.

const PAUSE = 1000; // milliseconds

const form = document.querySelector("[data-ask-again]");
function ask() {
  if (navigator.onLine) form.requestSubmit();
  else addEventListener("online", ask, { once: true });
}
if (form) setTimeout(ask, PAUSE);
