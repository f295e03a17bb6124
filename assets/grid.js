// The entry grid: Enter and the arrows go from cell to cell, and a block pasted from a spreadsheet
// fills the cells from the one that has the focus. Without this file the form works all the same.

const told = document.querySelector("[data-grid-told]");
const grid = document.querySelector("table[data-grid]");

/** The fields of the grid, row by row; a place where nothing is asked is empty. */
const rows = () =>
  Array.from(grid.tBodies[0].rows, (row) =>
    Array.from(row.querySelectorAll("[data-cell]"), (cell) => cell.querySelector("input, select")),
  );

/** Where a field stands. */
function where(field) {
  const all = rows();
  const row = all.findIndex((fields) => fields.includes(field));
  return { all, row, column: row < 0 ? -1 : all[row].indexOf(field) };
}

/** Goes from a field, passing over the places where nothing is asked. */
function go(field, down, right) {
  const { all, row, column } = where(field);
  let [y, x] = [row + down, column + right];
  while (all[y] && x >= 0 && x < all[y].length) {
    if (all[y][x]) {
      all[y][x].focus();
      all[y][x].select?.();
      return true;
    }
    y += down;
    x += right;
  }
  return false;
}

/** Whether the caret stands at an end of the text, or all of it is selected. */
function atEdge(field, end) {
  if (field.tagName === "SELECT") return true;
  const { selectionStart: from, selectionEnd: to, value } = field;
  if (from === 0 && to === value.length) return true;
  return from === to && from === (end ? value.length : 0);
}

function move(event) {
  const field = event.target;
  if (!field.closest("[data-cell]") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const choosing = field.tagName === "SELECT";
  const moves = {
    Enter: () => go(field, event.shiftKey ? -1 : 1, 0) || true,
    ArrowDown: () => !choosing && go(field, 1, 0),
    ArrowUp: () => !choosing && go(field, -1, 0),
    ArrowRight: () => !event.shiftKey && atEdge(field, true) && go(field, 0, 1),
    ArrowLeft: () => !event.shiftKey && atEdge(field, false) && go(field, 0, -1),
  };
  if (moves[event.key]?.()) event.preventDefault();
}

/** A block of cells as a spreadsheet puts it on the clipboard: tabs, lines, quotes around both. */
function block(text) {
  const cells = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    const row = cells.at(-1);
    if (quoted) {
      if (c !== '"') row[row.length - 1] += c;
      else if (text[at + 1] === '"') {
        row[row.length - 1] += '"';
        at += 1;
      } else quoted = false;
    } else if (c === '"' && row.at(-1) === "") quoted = true;
    else if (c === "\t") row.push("");
    else if (c === "\n") cells.push([""]);
    else if (c !== "\r") row[row.length - 1] += c;
  }
  if (cells.at(-1).join("") === "") cells.pop();
  return cells;
}

/** Puts a text in a field; false where it is not among the answers that the field offers. */
function put(field, text) {
  if (field.tagName !== "SELECT") {
    field.value = text;
    return true;
  }
  const same = (answer) => answer.value.toLowerCase() === text.toLowerCase();
  const found = Array.from(field.options).find(same);
  if (found) field.value = found.value;
  return Boolean(found);
}

const plural = (count, one, many) => `${count} ${count > 1 ? many : one}`;

function paste(event) {
  const field = event.target;
  if (!field.closest("[data-cell]")) return;
  const text = event.clipboardData.getData("text/plain");
  const cells = block(text);
  // One cell goes where the caret is, as anywhere.
  if (cells.length === 0 || (cells.length === 1 && cells[0].length === 1)) return;
  event.preventDefault();
  const { all, row, column } = where(field);
  let filled = 0;
  const lost = [];
  cells.forEach((line, down) =>
    line.forEach((cell, right) => {
      const typed = cell.trim();
      if (typed === "") return;
      const to = all[row + down]?.[column + right];
      if (to && put(to, typed)) filled += 1;
      else lost.push(typed);
    }),
  );
  told.textContent = plural(filled, "case remplie.", "cases remplies.");
  if (lost.length > 0) {
    const some = lost.slice(0, 5).map((cell) => `« ${cell} »`).join(", ");
    const more = lost.length > 5 ? "…" : "";
    told.textContent += ` ${plural(lost.length, "cellule n’a pas trouvé sa place", "cellules n’ont pas trouvé leur place")} : ${some}${more}.`;
  }
}

if (grid) {
  grid.addEventListener("keydown", move);
  grid.addEventListener("paste", paste);
}
