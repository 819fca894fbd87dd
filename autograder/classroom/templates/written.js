
"use strict";
// A grade: {lines: [numbers of the rubric's lines], adjust, comment, done}. Each is kept under a key of its own, so that
// two windows with the same page do not overwrite each other's work.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = id => document.getElementById(id);
const prefix = `written:${data.assignment}:${data.rubric}:`, filed = `written-file:${data.assignment}:${data.rubric}`;
const keyOf = (question, answer) => `${question.name}:${answer.answer}`;
const NOTHING = { lines: [], adjust: 0, comment: "", done: false };
const grades = new Map();
const undoable = [];
let question = data.questions[0], at = 0, keeps = true;
let inFile = tried(() => new Map(JSON.parse(localStorage.getItem(filed)))) ?? new Map();  // {key: the grade, as text}

// --- what is kept ---

function valid(grade, question) {
  return grade && Array.isArray(grade.lines) && Number.isFinite(grade.adjust) && typeof grade.comment === "string"
    && typeof grade.done === "boolean" && new Set(grade.lines).size === grade.lines.length
    && grade.lines.every(n => Number.isInteger(n) && n >= 0 && n < question.rubric.length);
}

function tried(work) {
  try { return work(); } catch { return null; }
}

function stored(key) {
  return tried(() => JSON.parse(localStorage.getItem(prefix + key)));
}

function keep(key, grade) {
  if (grade) grades.set(key, grade); else grades.delete(key);
  const done = tried(() => {
    if (grade) localStorage.setItem(prefix + key, JSON.stringify(grade)); else localStorage.removeItem(prefix + key);
    return true;
  });
  keeps = keeps && done === true;
}

/** Set the grades of [key, grade or undefined] pairs, as one step that can be undone. */
function change(pairs, undo = true) {
  if (undo) undoable.push(pairs.map(([key]) => [key, grades.get(key)]));
  for (const [key, grade] of pairs) keep(key, grade);
  show();
}

for (const q of data.questions)
  for (const a of q.answers) {
    const grade = stored(keyOf(q, a));
    if (valid(grade, q)) grades.set(keyOf(q, a), grade);
  }

addEventListener("storage", event => {  // another window has graded
  if (!event.key || !event.key.startsWith(prefix)) return;
  const key = event.key.slice(prefix.length), grade = stored(key);
  if (grade) grades.set(key, grade); else grades.delete(key);
  show();
});

// --- the file ---

$("save").addEventListener("click", () => {
  const all = data.questions.flatMap(q => q.answers.map(a => [q, a, grades.get(keyOf(q, a))]));
  const found = all.filter(([, , grade]) => grade).map(([q, a, grade]) => ({ question: q.name, answer: a.answer, ...grade }));
  const text = JSON.stringify({ assignment: data.assignment, rubric: data.rubric, grades: found }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text + "\n"], { type: "application/json" }));
  link.download = `${data.assignment}-written.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  keepFile(found.map(({ question, answer, ...grade }) => [`${question}:${answer}`, grade]));
  show();
});

$("load").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (!file) return;
  const text = await file.text();
  event.target.value = "";
  const damaged = `${file.name} is damaged, or not a file that this page saves. Nothing was changed.`;
  $("problem").textContent = tried(() => load(JSON.parse(text), file.name)) ?? damaged;
});

/** Remember what a file holds now, so that the page can tell what is in none. */
function keepFile(pairs) {
  for (const [key, grade] of pairs) inFile.set(key, asText(grade));
  tried(() => localStorage.setItem(filed, JSON.stringify([...inFile])));
}

function asText({ lines, adjust, comment, done }) {
  return JSON.stringify([lines, adjust, comment, done]);
}

/** How many answers have been graded otherwise than in the file that was saved or loaded last. */
function notInFile() {
  return [...grades].filter(([key, grade]) => inFile.get(key) !== asText(grade)).length;
}

/** Take over the grades of a file; what is wrong with it, in one line. Throws where it is no such file at all. */
function load(read, name) {
  if (read.assignment !== data.assignment) return `${name} is of another assignment. Nothing was changed.`;
  if (read.rubric !== data.rubric) return `${name} was made with other rubrics. Nothing was changed.`;
  const pairs = [], own = new Map(data.questions.flatMap(q => q.answers.map(a => [keyOf(q, a), q])));
  const given = new Set(read.grades.map(({ question, answer }) => `${question}:${answer}`));
  let unknown = 0;
  for (const { question, answer, ...grade } of read.grades) {
    const key = `${question}:${answer}`, q = own.get(key);
    if (!q) unknown += 1;
    else if (!valid(grade, q)) return `${name} is damaged at ${question}. Nothing was changed.`;
    else if (JSON.stringify(grades.get(key)) !== JSON.stringify(grade)) pairs.push([key, grade]);
  }
  if (unknown && unknown === read.grades.length) return `${name} is of another class: none of its answers is here. Nothing was changed.`;
  if (pairs.length) change(pairs);
  keepFile([...own.keys()].filter(key => grades.has(key)).map(key => [key, grades.get(key)]).filter(([key]) => given.has(key)));
  show();
  return unknown ? `${unknown} of ${read.grades.length} graded answers in ${name} are not of this class.` : "";
}

// --- grading ---

const current = () => question.answers[at];
const grade = () => grades.get(keyOf(question, current())) ?? NOTHING;
const set = part => current() && change([[keyOf(question, current()), { ...grade(), ...part }]]);
const pointsOf = (grade, q) => {
  const total = grade.lines.reduce((sum, n) => sum + q.rubric[n].points, 0) + grade.adjust;
  return Math.min(Math.max(total, 0), q.points);
};

function toggle(number) {
  if (!current() || number >= question.rubric.length) return;
  const { lines } = grade();
  const others = lines.filter(n => n !== number);
  set({ lines: others.length < lines.length ? others : [...lines, number].sort((a, b) => a - b), done: true });
}

function move(step) {
  at = Math.min(Math.max(at + step, 0), Math.max(question.answers.length - 1, 0));
  show();
}

/** The next answer without points, here or in another question. */
function nextOpen() {
  const all = data.questions.flatMap(q => q.answers.map((a, index) => [q, index, a]));
  const here = all.findIndex(([q, index]) => q === question && index === at);
  const found = [...all.slice(here + 1), ...all.slice(0, here)].find(([q, , a]) => !grades.get(keyOf(q, a))?.done);
  if (found) [question, at] = found;
  show();
}

function undo() {
  const before = undoable.pop();
  if (!before) return;
  const [q, index] = placeOf(before[0][0]) ?? [question, at];
  [question, at] = [q, index];
  change(before, false);
}

function placeOf(key) {
  for (const q of data.questions) {
    const index = q.answers.findIndex(a => keyOf(q, a) === key);
    if (index >= 0) return [q, index];
  }
  return null;
}

// --- what is shown ---

let shown = null;

function show() {
  const answer = current(), given = answer ? grade() : NOTHING;
  if (shown?.question !== question) {
    for (const part of ["model", "notes", "task"]) $(part).innerHTML = question[part];
    $("notes").parentNode.hidden = !question.notes;
    showLines();
  }
  if (shown?.question !== question || shown.answer !== answer) {
    const others = answer ? answer.count - 1 : 0, empty = question.empty ? `; ${question.empty} wrote nothing` : "";
    $("which").textContent = answer ? `Answer ${at + 1} of ${question.answers.length}${others ? `, given by ${answer.count} students` : ""}` : `Nobody has answered${empty}`;
    $("digest").textContent = answer ? answer.answer.slice(0, 6) : "";
    $("answer").innerHTML = answer ? answer.html : "";
    $("answer").scrollTop = 0;
    shown = { question, answer };
  }
  $("points").textContent = `${given.done ? pointsOf(given, question) : "–"} of ${question.points} ${question.extra ? "extra " : ""}points`;
  document.querySelectorAll("#lines input").forEach((box, number) => { box.checked = given.lines.includes(number); });
  if (document.activeElement !== $("comment")) $("comment").value = given.comment;
  if (document.activeElement !== $("adjust")) $("adjust").value = given.adjust;
  for (const field of $("rubric").elements) field.disabled = !answer;
  $("previous").disabled = at === 0;
  $("next").disabled = at >= question.answers.length - 1;
  $("undo").disabled = !undoable.length;
  const unsaved = notInFile();
  $("kept").textContent = (keeps ? "Kept in this browser" : "This browser keeps nothing: save to a file") + (unsaved ? `; ${unsaved} graded answers are not in a file` : "");
  const open = data.questions.some(q => q.answers.some(a => !grades.get(keyOf(q, a))?.done));
  $("all").textContent = open ? "" : "All answers have points" + (unsaved ? ": save the file." : ".");
  showQuestions();
}

function showLines() {
  $("lines").replaceChildren(...question.rubric.map((line, number) => {
    const item = document.createElement("li"), label = document.createElement("label");
    const box = document.createElement("input"), key = document.createElement("kbd"), text = document.createElement("span");
    box.type = "checkbox";
    box.addEventListener("change", () => toggle(number));
    key.textContent = number + 1;
    text.innerHTML = line.text;
    text.prepend(`${line.points}: `);
    label.append(box, key, text);
    item.append(label);
    return item;
  }));
}

function showQuestions() {
  data.questions.forEach((q, index) => {
    const done = q.answers.filter(a => grades.get(keyOf(q, a))?.done).length;
    const button = $("questions").children[index];
    button.setAttribute("aria-current", q === question);
    button.firstChild.textContent = `${q.name}: ${done} of ${q.answers.length}`;
    button.lastChild.max = q.answers.length || 1;
    button.lastChild.value = done;
  });
}

for (const q of data.questions) {
  const button = document.createElement("button"), bar = document.createElement("progress");
  button.type = "button";
  button.append("", bar);
  bar.setAttribute("aria-hidden", "true");
  button.addEventListener("click", () => { [question, at] = [q, 0]; show(); });
  $("questions").append(button);
}

// --- keys and buttons ---

$("previous").addEventListener("click", () => move(-1));
$("next").addEventListener("click", () => move(1));
$("open").addEventListener("click", nextOpen);
$("undo").addEventListener("click", undo);
$("nothing").addEventListener("click", () => set({ lines: [], adjust: 0, done: true }));
$("adjust").addEventListener("change", event => {
  const adjust = Number(event.target.value.trim().replace(",", ".") || "x");
  const fits = Number.isFinite(adjust) && Math.abs(adjust) <= question.points;
  $("problem").textContent = fits ? "" : `${event.target.value}: adjust by a number from -${question.points} to ${question.points}, such as 0.5.`;
  if (fits) set({ adjust, done: true });
});
$("comment").addEventListener("input", event => {  // a sentence is one step, not one for each letter
  const last = undoable.at(-1), key = current() && keyOf(question, current());
  const same = last?.comment === key;
  if (!same) undoable.push(Object.assign([[key, grades.get(key)]], { comment: key }));
  change([[key, { ...grade(), comment: event.target.value }]], false);
});
$("rubric").addEventListener("submit", event => event.preventDefault());

const keys = {
  ArrowRight: () => move(1), ArrowLeft: () => move(-1), n: nextOpen, u: undo,
  s: () => $("save").click(), 0: () => $("nothing").click(), c: () => $("comment").focus(), a: () => $("adjust").select(),
};
addEventListener("keydown", event => {
  const typing = event.target.matches("textarea, input[type=text]");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || event.altKey || event.metaKey || (event.ctrlKey && event.key !== "z")) return;
  const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/)?.[1];  // where the key is, on every keyboard
  const act = event.ctrlKey ? undo : keys[digit ?? event.key] ?? (digit ? () => toggle(digit - 1) : null);
  if (!act) return;
  event.preventDefault();
  act();
});

show();
