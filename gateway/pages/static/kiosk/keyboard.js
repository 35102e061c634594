// Keys on screen for a kiosk that has no keyboard. They write into one field and leave the focus where it is.

// rows: one string of characters a row; labels: what the delete key says.
export function drawKeys(holder, field, rows, deleteLabel) {
  const lines = rows.map((row) => line([...row].map((character) => key(character, () => write(field, character)))));
  const remove = key(deleteLabel, () => erase(field));
  remove.classList.add("key-wide");
  lines.at(-1).append(remove);
  holder.replaceChildren(...lines);
}

function line(keys) {
  const row = document.createElement("div");
  row.className = "keyboard-row";
  row.append(...keys);
  return row;
}

function key(label, pressed) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "key";
  button.textContent = label;
  button.addEventListener("click", pressed);
  return button;
}

function write(field, character) {
  const at = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? at;
  if (field.value.length - (to - at) >= field.maxLength) return;
  field.setRangeText(character, at, to, "end");
  field.dispatchEvent(new Event("input"));
}

function erase(field) {
  const to = field.selectionEnd ?? field.value.length;
  const at = Math.max(0, field.selectionStart === to ? to - 1 : field.selectionStart);
  field.setRangeText("", at, to, "end");
  field.dispatchEvent(new Event("input"));
}
