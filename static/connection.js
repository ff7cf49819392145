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

/** While the site is lost, neither a link nor a form leads away from here: `tell` says so. */
function stay(tell) {
  let found = false;
  async function check(event, go) {
    if (event.defaultPrevented || found || navigator.onLine) return;
    event.preventDefault();
    if (await lost()) {
      tell();
      return;
    }
    found = true;
    go();
  }
  document.addEventListener("submit", (event) => {
    check(event, () => event.target.requestSubmit(event.submitter));
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]:not([href^='#'], [href^='mailto:'], [target])");
    const { ctrlKey, metaKey, shiftKey } = event;
    if (link && !ctrlKey && !metaKey && !shiftKey) check(event, () => location.assign(link.href));
  });
}

globalThis.connection = { lost, stay };
