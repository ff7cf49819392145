// The page of a document that is being made: it asks again by itself.

const PAUSE = 1000; // milliseconds

const form = document.querySelector("[data-ask-again]");
if (form) setTimeout(() => form.requestSubmit(), PAUSE);
