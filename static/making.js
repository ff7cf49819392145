// The page of a document that is being made: it asks again by itself.

const PAUSE = 1000; // milliseconds

const form = document.querySelector("[data-ask-again]");
const askLater = () => setTimeout(ask, PAUSE);

async function ask() {
  if (await connection.lost()) askLater();
  else form.requestSubmit();
}

if (form) askLater();
