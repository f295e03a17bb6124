// First results under the search field while typing: a combobox whose options are links. Without
// this file the form leads to the page of results all the same.

const field = document.querySelector("[data-search]");
const list = document.querySelector("[data-search-list]");
const told = document.querySelector("[data-search-told]");
let asked = null;
let waiting = 0;

const options = () => [...list.querySelectorAll("[role=option]")];

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function close() {
  clearTimeout(waiting);
  asked?.abort();
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  choose(null);
}

async function propose() {
  const text = field.value.trim();
  asked?.abort();
  if (text.length < 2) {
    told.textContent = "";
    return close();
  }
  asked = new AbortController();
  try {
    const address = `/recherche/propositions?q=${encodeURIComponent(text)}`;
    const answer = await fetch(address, { signal: asked.signal, redirect: "error" });
    if (!answer.ok) return close();
    list.innerHTML = await answer.text();
  } catch {
    // Given up for a later one, or no network: the form still works.
    return;
  }
  const count = Math.max(0, options().length - 1);
  list.hidden = count === 0;
  field.setAttribute("aria-expanded", String(count > 0));
  field.removeAttribute("aria-activedescendant");
  told.textContent =
    count === 0 ? "Aucune proposition" : `${count} proposition${count > 1 ? "s" : ""}, flèches pour choisir`;
}

function key(event) {
  const all = options();
  if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    return close();
  }
  if (list.hidden || all.length === 0) return;
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
  else if (event.key === "ArrowUp") choose(all[(at < 1 ? all.length : at) - 1]);
  else if (event.key === "Enter" && at >= 0) all[at].click();
  else return;
  event.preventDefault();
}

if (field && list && told) {
  const combobox = {
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  };
  for (const [name, value] of Object.entries(combobox)) field.setAttribute(name, value);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(propose, 150);
  });
  field.addEventListener("keydown", key);
  field.form.addEventListener("focusout", (event) => {
    if (!field.form.contains(event.relatedTarget)) close();
  });
  // A click on an option must not take the focus away before it is followed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}
