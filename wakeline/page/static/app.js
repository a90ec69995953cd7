// Makes the page comfortable; without it everything can still be read. Text is only ever set as text.
"use strict";

const zoneShort = (at) =>
  new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" })
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName").value;

function localParts(at) {
  const two = (number) => String(number).padStart(2, "0");
  return {
    day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    clock: `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`,
  };
}

function showLocalTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const { day, clock } = localParts(at);
    const zone = zoneShort(at);
    const shown = { clock, day: `${day} ${clock}`, full: `${day} ${clock} ${zone}` };
    element.textContent = shown[element.dataset.show] || shown.full;
  }
  const first = root.querySelector("time[datetime]");
  const zone = zoneShort(first ? new Date(first.dateTime) : new Date());
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const element of root.querySelectorAll("[data-zone]")) {
    element.textContent = element.dataset.zone === "long" && name !== zone ? `${name} (${zone})` : zone;
  }
}

// --- tips ---------------------------------------------------------------------------------------------------

function tips() {
  const tip = document.getElementById("tip");
  const hide = () => {
    tip.hidden = true;
  };
  const show = (target, x, y) => {
    tip.textContent = target.dataset.tip;
    tip.hidden = false;
    const width = document.documentElement.clientWidth;
    tip.style.left = `${Math.max(8, Math.min(x + 12, width - tip.offsetWidth - 8))}px`;
    const below = y + 18;
    const fits = below + tip.offsetHeight < window.innerHeight;
    tip.style.top = `${fits ? below : Math.max(8, y - tip.offsetHeight - 12)}px`;
  };
  // The browser's own tips come late and are small; ours take their words.
  for (const element of document.querySelectorAll("[title]")) {
    if (element.closest("select, input")) continue;
    element.dataset.tip = element.getAttribute("title");
    element.removeAttribute("title");
  }
  for (const title of document.querySelectorAll(".track title")) {
    title.parentElement.dataset.tip = title.textContent;
    title.remove();
  }
  let x = -1;
  let y = -1;
  const look = () => {
    // Not only the topmost: the link of a row lies over its time.
    const under = x < 0 ? [] : document.elementsFromPoint(x, y).map((each) => each.closest("[data-tip]"));
    const target = under.find(Boolean);
    if (target) show(target, x, y);
    else hide();
  };
  document.addEventListener("pointermove", (event) => {
    [x, y] = [event.clientX, event.clientY];
    if (event.buttons) hide();
    else look();
  });
  document.addEventListener("focusin", (event) => {
    const target = event.target.closest("[data-tip]");
    if (!target || !event.target.matches(":focus-visible")) return hide();
    const box = target.getBoundingClientRect();
    show(target, box.left, box.bottom);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", look, true);
}

// --- the timeline --------------------------------------------------------------------------------------------

const STEPS_SECONDS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
];
const LEAST_MS = 200;

class Timeline {
  constructor(figure) {
    this.figure = figure;
    this.track = figure.querySelector(".track");
    this.start = new Date(figure.dataset.since).getTime();
    this.whole = Number(figure.dataset.span);
    this.shown = figure.querySelector("[data-shown]");
    this.from = 0;
    // An open run may just go on for hours after the last happening: that is not the part to look at first.
    const focus = Number(figure.dataset.focus);
    this.to = focus < this.whole / 2 ? Math.max(focus, 1000) : this.whole;
    figure.querySelector(".zoom").hidden = false;
    figure.querySelector(".hint").hidden = false;
    this.listen();
    this.draw();
  }

  listen() {
    const acts = { in: () => this.zoom(0.5), out: () => this.zoom(2), all: () => this.look(0, this.whole) };
    for (const button of this.figure.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", acts[button.dataset.zoom]);
    }
    const keys = {
      "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.all,
      ArrowLeft: () => this.move(-0.2), ArrowRight: () => this.move(0.2),
    };
    this.track.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
    this.track.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const box = this.track.getBoundingClientRect();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, (event.clientX - box.left) / box.width);
      },
      { passive: false },
    );
    this.track.addEventListener("dblclick", (event) => {
      const box = this.track.getBoundingClientRect();
      this.zoom(0.5, (event.clientX - box.left) / box.width);
    });
    this.drags();
    new ResizeObserver(() => this.draw()).observe(this.track);
  }

  drags() {
    let held = null;
    this.track.addEventListener("pointerdown", (event) => {
      if (event.button === 0) held = { x: event.clientX, from: this.from, to: this.to, moved: false };
    });
    window.addEventListener("pointermove", (event) => {
      if (!held) return;
      const width = this.track.getBoundingClientRect().width;
      held.moved ||= Math.abs(event.clientX - held.x) > 4;
      const by = ((held.x - event.clientX) / width) * (held.to - held.from);
      if (held.moved) this.look(held.from + by, held.to + by);
    });
    window.addEventListener("pointerup", () => {
      const moved = held && held.moved;
      held = null;
      if (!moved) return;
      const still = (event) => event.preventDefault(); // the end of a drag is no click on a bar
      window.addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => window.removeEventListener("click", still, { capture: true }));
    });
    this.track.addEventListener("dragstart", (event) => event.preventDefault());
  }

  zoom(factor, around = 0.5) {
    const width = this.to - this.from;
    const next = Math.min(this.whole, Math.max(LEAST_MS, width * factor));
    const from = this.from + (width - next) * around;
    this.look(from, from + next);
  }

  move(share) {
    const by = (this.to - this.from) * share;
    this.look(this.from + by, this.to + by);
  }

  look(from, to) {
    const width = Math.min(to - from, this.whole);
    this.from = Math.max(0, Math.min(from, this.whole - width));
    this.to = this.from + width;
    this.draw();
  }

  place(ms) {
    return ((ms - this.from) / (this.to - this.from)) * 100;
  }

  draw() {
    const pixels = this.track.getBoundingClientRect().width;
    for (const bar of this.track.querySelectorAll("[data-from]")) this.drawBar(bar, pixels);
    for (const mark of this.track.querySelectorAll("[data-at]")) {
      // What lies before the left edge of the whole is kept at it.
      const left = this.place(Math.min(this.whole, Math.max(0, Number(mark.dataset.at))));
      mark.firstElementChild.setAttribute("x", `${left}%`);
      mark.toggleAttribute("hidden", left < -1 || left > 101);
    }
    this.drawTicks(pixels);
    const { clock } = localParts(new Date(this.start + this.from));
    const end = localParts(new Date(this.start + this.to)).clock;
    this.shown.textContent = `${clock} to ${end} ${zoneShort(new Date(this.start))}`;
  }

  drawBar(bar, pixels) {
    const left = Math.max(-1, this.place(Number(bar.dataset.from)));
    const right = Math.min(101, this.place(Number(bar.dataset.to)));
    const outside = right < 0 || left > 100;
    bar.toggleAttribute("hidden", outside);
    if (outside) return;
    const rect = bar.querySelector("rect");
    rect.setAttribute("x", `${left}%`);
    rect.setAttribute("width", `${Math.max(0, right - left)}%`);
    const text = bar.querySelector("text");
    if (!text) return;
    const seen = Math.max(0, left);
    text.setAttribute("x", `${seen}%`);
    const room = ((Math.min(100, right) - seen) / 100) * pixels;
    text.classList.toggle("tight", room < text.getComputedTextLength() + 12);
  }

  drawTicks(pixels) {
    const group = this.track.querySelector(".ticks");
    const seconds = (this.to - this.from) / 1000;
    const most = Math.max(2, pixels / 110);
    const every = (STEPS_SECONDS.find((each) => seconds / each <= most) || Math.ceil(seconds / most / 86400) * 86400) * 1000;
    // Round in local time: midnight and full hours where one lives.
    const shift = new Date(this.start).getTimezoneOffset() * 60000;
    const first = Math.ceil((this.start + this.from - shift) / every) * every + shift;
    const made = [];
    for (let at = first; at <= this.start + this.to; at += every) {
      const pixel = (this.place(at - this.start) / 100) * pixels;
      if (pixel > 26 && pixel < pixels - 26) made.push(this.tick(at, every)); // no label is cut at an edge
    }
    group.replaceChildren(...made);
  }

  tick(at, every) {
    const left = `${this.place(at - this.start)}%`;
    const make = (name, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const date = new Date(at);
    const { day, clock } = localParts(date);
    const text = make("text", { x: left, y: 15 });
    const fraction = every < 1000 ? `.${Math.floor(date.getMilliseconds() / 100)}` : "";
    text.textContent = every >= 86400000 ? day : every >= 60000 ? clock.slice(0, 5) : clock + fraction;
    const group = make("g", {});
    group.append(make("line", { x1: left, x2: left, y1: 20, y2: this.track.getAttribute("height") }), text);
    return group;
  }
}

// --- the rest ------------------------------------------------------------------------------------------------

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const details = target.closest("details");
  if (details) details.open = true;
  target.scrollIntoView({ block: "center" });
}

function submitOnChoice() {
  for (const form of document.querySelectorAll("form[data-submits]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, [type=checkbox], [type=date]")) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) field.disabled = field.name && !field.value; // keeps the address short
    });
  }
}

showLocalTimes(document);
for (const figure of document.querySelectorAll("[data-timeline]")) new Timeline(figure);
tips();
submitOnChoice();
window.addEventListener("hashchange", openTarget);
openTarget();
// "Back" shows the form as it was left: with its fields disabled.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-submits] :disabled")) field.disabled = false;
});
