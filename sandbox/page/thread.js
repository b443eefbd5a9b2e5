// A conversation as bubbles. Texts come from anyone: they are only ever set as text, never as markup.

const template = document.getElementById("text");
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", month: "short", day: "numeric" });

const TICKS = {
  queued: "On its way",
  sent: "Sent",
  delivered: "Delivered",
  failed: "Not delivered",
};
const AUTHORS = { carrier: "Carrier", bot: "Assistant", staff: "Staff" };

/** Shows texts in `list`, in the order they came; a text that is already there is brought up to date. */
export class Thread {
  constructor(scroller, list, empty) {
    this.scroller = scroller;
    this.list = list;
    this.empty = empty;
    this.items = new Map();
    this.last = null;
    this.atEnd = true;
    // Stays at the latest text while pictures load and the field below grows, unless the reader scrolled up.
    let top = 0;
    scroller.addEventListener("scroll", () => {
      const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
      // Only a move upwards is the reader's: content that grows moves the end away as well.
      this.atEnd = near || (this.atEnd && scroller.scrollTop >= top);
      top = scroller.scrollTop;
    });
    const follow = new ResizeObserver(() => {
      if (this.atEnd) scroller.scrollTop = scroller.scrollHeight;
    });
    follow.observe(scroller);
    follow.observe(list);
  }

  clear() {
    this.list.replaceChildren();
    this.items.clear();
    this.last = null;
    this.atEnd = true;
    this.empty.hidden = false;
  }

  /** Begins anew if something is shown that is not among `messages`, as after a restart of the sandbox. */
  keepOnly(messages) {
    const there = new Set(messages.map((message) => message.id));
    if ([...this.items.keys()].some((id) => !there.has(id))) this.clear();
  }

  show(message, clinicName) {
    const item = this.items.get(message.id) ?? this.#add(message, clinicName);
    this.#progress(item, message);
  }

  #add(message, clinicName) {
    const item = template.content.firstElementChild.cloneNode(true);
    const at = new Date(message.at);
    this.#day(at);
    item.dataset.id = message.id;
    item.classList.toggle("mine-too", message.direction === "inbound");
    item.classList.toggle("carrier", message.author === "carrier");
    item.classList.toggle("follows", this.last?.author === message.author && at - this.last.at < 300_000);
    item.querySelector(".author").textContent = AUTHORS[message.author] ?? clinicName;
    item.querySelector(".said").append(...linked(message.text));
    item.querySelector(".pictures").append(...message.media.map(picture));
    item.querySelector("time").textContent = clock.format(at);
    item.querySelector("time").dateTime = message.at;
    item.querySelector(".parts").textContent = parts(message);
    this.list.append(item);
    this.items.set(message.id, item);
    this.last = { author: message.author, at };
    this.empty.hidden = true;
    return item;
  }

  #day(at) {
    const name = day.format(at);
    if (this.last && day.format(this.last.at) === name) return;
    const mark = document.createElement("li");
    mark.className = "day";
    mark.textContent = name;
    this.list.append(mark);
    this.last = null;
  }

  #progress(item, message) {
    const tick = item.querySelector(".tick");
    tick.setAttribute("class", `tick ${message.status}`);
    tick.setAttribute("aria-label", TICKS[message.status]);
    tick.firstElementChild.setAttribute("href", `#icon-${message.status}`);
    item.querySelector(".meta").classList.toggle("failed", message.status === "failed");
    item.dataset.status = message.status;
    if (message.status === "failed") item.querySelector(".parts").textContent = TICKS.failed;
  }
}

function parts(message) {
  if (message.media.length) return "MMS";
  if (message.segments > 1) return `${message.segments} segments`;
  return message.encoding === "UCS-2" ? "UCS-2" : "";
}

const ADDRESS = /https?:\/\/[^\s<>"]+/g;

/** A text in pieces, addresses as links; a full stop after one is not part of it. */
function linked(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(/[.,;:!?)\]'"’”]+$/, "");
    pieces.push(text.slice(end, index), URL.canParse(address) ? link(address) : address);
    end = index + address.length;
  }
  return [...pieces, text.slice(end)];
}

function link(address) {
  const made = document.createElement("a");
  made.href = made.textContent = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

/** Our own pictures are shown; anything elsewhere is only a link, so that the page loads nothing from outside. */
function picture(media) {
  const link = document.createElement("a");
  link.target = "_blank";
  link.rel = "noreferrer noopener";
  const url = new URL(media.url);
  if (url.port === location.port && url.pathname.startsWith("/media/")) {
    const image = document.createElement("img");
    image.src = link.href = url.pathname;
    image.alt = "Picture";
    link.append(image);
  } else {
    link.href = url.href;
    link.className = "elsewhere";
    link.textContent = `Attachment at ${url.host}`;
  }
  return link;
}
