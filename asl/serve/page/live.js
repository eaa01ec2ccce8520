// Shows the page again while something runs, without moving what the reader looks at.
const main = document.querySelector("main[data-live]");
const again = async () => {
  try {
    const response = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.querySelector("main");
    const over = next && next.dataset.live === undefined;
    const open = [...main.querySelectorAll("details")].map((d) => d.open);
    if (next && next.innerHTML !== main.innerHTML && (over || !main.contains(document.activeElement))) {
      main.replaceChildren(...next.childNodes);
      main.querySelectorAll("details").forEach((d, i) => { d.open = open[i]; });
    }
    if (!next || over) return;
  } catch {
    // The server is away. It may come back.
  }
  setTimeout(again, 1000);
};
if (main) setTimeout(again, 1000);
