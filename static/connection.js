// Whether the site can be reached, asked before a step that would end at the browser's own page of
// errors. Given to the page's other scripts as `connection`.

const ANYTHING = "/robots.txt";

/** A browser may think itself offline where the site is near: only then the site is asked. */
async function lost() {
  if (navigator.onLine) return false;
  try {
    await fetch(ANYTHING, { method: "HEAD", cache: "no-store" });
    return false;
  } catch {
    return true;
  }
}

/** Where the site cannot be reached, a form that leads away from here is not sent: `tell` says so. */
function guard(isOwn, tell) {
  let checked = false;
  document.addEventListener("submit", async (event) => {
    const { target, submitter } = event;
    if (event.defaultPrevented || checked || navigator.onLine || isOwn(target)) return;
    event.preventDefault();
    if (await lost()) return tell();
    checked = true;
    target.requestSubmit(submitter);
  });
}

globalThis.connection = { guard, lost };
