"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const body = document.querySelector("#table tbody"), heads = [...document.querySelectorAll("#table thead th")];
const MAX_NAMES = 300, MAX_PRINTED = 1000;
const number = n => n === null || n === undefined ? "" : String(Math.round(n * 100) / 100);
const grouped = n => n.toLocaleString("en");
const statusOf = student => student.status + (student.late ? ", late" : "");

function add(parent, tag, text, kind) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  parent.append(made);
  return made;
}

function link(parent, index) {
  const made = add(parent, "a", data.students[index].name);
  made.href = data.students[index].page;
  made.dataset.student = index;
}

// --- one student ---

function open(student) {
  const what = $("what");
  $("who").textContent = `${student.name}: ${student.line}`;
  what.replaceChildren();
  add(what, "p", data.texts[student.cells], "soft");
  data.questions.forEach(([name, possible], index) => {
    if (student.scores[index] === null) return;
    add(what, "h3", `${name}: ${number(student.scores[index])} of ${number(possible)}`);
    for (const [question, text] of student.shown) if (question === name) add(what, "p", data.texts[text], "wrong");
  });
  $("feedback").showModal();
}

document.addEventListener("click", event => {
  const link = event.target.closest("a[data-student]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(data.students[link.dataset.student]);
});

for (const details of document.querySelectorAll("details[data-cause]"))
  details.addEventListener("toggle", () => {
    const who = details.querySelector(".who"), all = data.causes[details.dataset.cause];
    if (who.firstChild) return;
    for (const index of all.slice(0, MAX_NAMES)) {
      if (who.firstChild) who.append(", ");
      link(who, index);
    }
    if (all.length > MAX_NAMES) who.append(` and ${grouped(all.length - MAX_NAMES)} more`);
  });

// --- the table: sorted, searched and shown a page at a time ---

const columns = [student => student.name, student => student.id, student => student.total, statusOf]
  .concat(data.questions.map((_, index) => student => student.scores[index]));
const texts = data.students.map(student => `${student.name} ${student.id} ${number(student.total)} ${statusOf(student)}`.toLowerCase());
const collator = new Intl.Collator();
let order = data.students.map((_, index) => index), found = order, start = 0;

/** paper: every row that was found, as far as that can be printed, and not a page of them. */
function show(paper = false) {
  start = Math.max(0, Math.min(start, found.length - 1));
  start -= start % data.rows;
  const shown = paper ? found.slice(0, MAX_PRINTED) : found.slice(start, start + data.rows);
  const cut = paper && shown.length < found.length ? `; here are the first ${grouped(shown.length)}` : "";
  body.replaceChildren(...shown.map(index => {
    const row = document.createElement("tr");
    columns.forEach((value, column) => {
      const cell = add(row, column ? "td" : "th", "", column === 3 ? "status" : column > 1 ? "number" : "");
      const content = value(data.students[index]);
      if (column === 0) { cell.scope = "row"; link(cell, index); }
      else cell.textContent = typeof content === "string" ? content : number(content);
    });
    return row;
  }));
  $("count").textContent = `${grouped(found.length)} of ${grouped(order.length)}${cut}`;
  document.querySelector(".pages").hidden = found.length <= data.rows;
  $("where").textContent = `${grouped(start + 1)} to ${grouped(start + shown.length)}`;
  $("back").disabled = start === 0;
  $("on").disabled = start + data.rows >= found.length;
}

function search() {
  const words = $("search").value.toLowerCase().split(/\s+/);
  found = order.filter(index => words.every(word => texts[index].includes(word)));
  start = 0;
  show();
}

heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.append(...head.childNodes);
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const numeric = head.classList.contains("number");
    const up = head.getAttribute("aria-sort") === "descending" || (!head.hasAttribute("aria-sort") && !numeric);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keys = data.students.map(columns[column]);
    const compare = numeric ? (a, b) => (keys[a] ?? -1) - (keys[b] ?? -1) : (a, b) => collator.compare(keys[a], keys[b]);
    order = order.toSorted((a, b) => up ? compare(a, b) : compare(b, a));
    search();
  });
});

$("search").addEventListener("input", search);
$("back").addEventListener("click", () => { start -= data.rows; show(); });
$("on").addEventListener("click", () => { start += data.rows; show(); });
addEventListener("beforeprint", () => show(true));
addEventListener("afterprint", () => show());
show();
