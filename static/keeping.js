// What was typed or drawn and is not with the server yet lies in this tab's session storage: for
// one person at a time. It goes when they sign out, and before anybody else sees a page here.
// Given to the page's other scripts as `keeping`: their files bear hashes, so none imports another.

const OWNER = "kept-for";
const person = document.body.dataset.person; // nobody's on a page for who is not signed in

// A browser may forbid the storage, or it is full: then the page itself still holds everything.
function attempt(act) {
  try { return act(); } catch { return null; }
}

attempt(() => {
  if (!person || sessionStorage.getItem(OWNER) === person) return;
  sessionStorage.clear();
  sessionStorage.setItem(OWNER, person);
});

// The answer to a sign-out clears it too, in browsers that know how; this one asks none of them.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[action$='/logout/']")) attempt(() => sessionStorage.clear());
});

/** A place for one thing, which is kept as JSON. */
function under(name) {
  return {
    read: () => attempt(() => JSON.parse(sessionStorage.getItem(name))),
    write: (value) => attempt(() => {
      sessionStorage.setItem(name, JSON.stringify(value));
      // Who signed out in another tab cleared this one too; what is kept since then is still theirs.
      if (person) sessionStorage.setItem(OWNER, person);
    }),
    clear: () => attempt(() => sessionStorage.removeItem(name)),
  };
}

globalThis.keeping = { under };

// A pledge that is signed needs nothing of its signing any more, however its answer came here.
const signed = document.querySelector("[data-signed]");
if (signed) under(`signing:${signed.dataset.signed}`).clear();
