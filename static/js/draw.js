/**
 * What the page can do beyond its pad: read by itself, remember a hand, take photos, do without a
 * server.
 *
 * @import { HandDescription } from "./api.js"
 * @import { EngineUrls, NoUrls } from "./inference/open-engine.js"
 * @import { Picture } from "./photo/keep.js"
 */

import { cookieOf } from "./api.js";
import { OwnHand } from "./hand/own-hand.js";
import { waitingOf } from "./hand/remembered.js";
import { remembering } from "./hand/remembering.js";
import { LocalModel } from "./inference/local-model.js";
import { openEngine } from "./inference/open-engine.js";
import { bindConnection } from "./offline/connection.js";
import { Store } from "./offline/store.js";
import {
  addresses,
  backend,
  calls,
  elements,
  keep,
  predictor,
  reader,
  settings,
  texts,
  view,
} from "./pad.js";
import { KeptPicture } from "./photo/keep.js";
import { keptPhoto } from "./photo/load.js";
import { digitOfNumber } from "./recognition/digit-of-number.js";
import { LiveVersion } from "./recognition/live-version.js";
import { newsOf } from "./recognition/news.js";
import { SiteApi } from "./site-api.js";
import { MemoryView } from "./ui/answer/memory-view.js";
import { NumberView } from "./ui/answer/number-view.js";
import { Arrival } from "./ui/arrival.js";
import { Flight } from "./ui/flight.js";
import { HandPanel } from "./ui/hand-panel.js";
import { rememberedPicture } from "./ui/ink-picture.js";
import { bindPhotos } from "./ui/photos.js";
import { StepsView } from "./ui/seen/steps-view.js";

const SECOND = 1_000; // ms
const MINUTE = 60 * SECOND;

const { boxes, digits: buttons } = elements;
const places = { reader: elements.reader, boxes, buttons };
const { lang } = document.documentElement;
view.join({
  flight: new Flight(elements.sheet, elements.feedback),
  memory: new MemoryView(elements, texts, lang),
  number: new NumberView(places, texts, lang, (position) => reader.recognition.select(position)),
  steps: new StepsView(elements),
});
reader.takeApart(digitOfNumber);
reader.input.redraw(); // the views that have come know the ink from it

// --- one's own hand, and the server or what stands in for it ---

/** Databases are the origin's: below a path other sites may have some beside this one's. */
function storeOf(/** @type {string} */ name) {
  const { home } = elements.reader.dataset;
  return new Store(home === "/" ? name : `${home} ${name}`);
}

const account = () => cookieOf(document.cookie, "account");
const api = new SiteApi(addresses, calls);
const hand = new OwnHand(api, storeOf("hand"), { account, changed: (own) => showHand(own) });
const connection = bindConnection(api, {
  store: storeOf("digits"),
  element: elements.away,
  refused: elements.refused,
  worker: elements.reader.dataset.serviceWorker,
  texts,
  waiting: (entries) => hand.wait(waitingOf(entries)),
});
backend.predict = async (drawing, signal) => {
  const answer = connection.observe(await predictor.predict(drawing, signal));
  if (answer.by === "server") live.heard(answer.model_version);
  return answer;
};
backend.heard = (tag) => hand.heard(tag);
Object.assign(backend, remembering(connection, hand));

const panel = new HandPanel(elements, texts, {
  api,
  hand,
  account,
  speaking: () => view.speaking,
  changed: (said) => {
    view.tell(said);
    reader.recognition.reread();
  },
  failed: (error) => view.complain(error),
});

function showHand(/** @type {HandDescription} */ own) {
  view.hand(own, rememberedPicture);
  panel.show(own);
}

hand.refresh();
document.addEventListener("visibilitychange", () => document.hidden || hand.refresh());

// --- the network in this browser, of the version that is live ---

const live = new LiveVersion(api, showVersion);

const arrival = new Arrival(elements.coming, texts, lang);
const files = /** @type {HTMLElement | null} */ (document.querySelector("#runtime"));
const { sizes = "{}", ...runtime } = { ...files?.dataset };
const localModel = new LocalModel({
  openEngine: (held) =>
    openEngine({
      runtime: /** @type {EngineUrls | NoUrls} */ (runtime),
      sizes: JSON.parse(sizes),
      held,
      model: () => live.ask(),
      // Another version than the one that reads here comes unnoticed.
      report: (progress) => held === null && arrival.show(progress),
    }).finally(() => arrival.end()),
  memory: hand,
  changed: async (own) => {
    // So that the first answer knows the hand; a storage that hangs must not keep it from coming.
    await Promise.race([hand.follow(own), new Promise((goOn) => setTimeout(goOn, SECOND))]);
    elements.reader.toggleAttribute("data-reads-here", true);
  },
});
predictor.join(localModel);
predictor.use(settings.get("who"));

// --- which version is live ---

/** @type {(version: number, before: number | null) => void} */
function showVersion(version, before) {
  view.version(version, before !== null);
  if (before !== null) tellNews(version);
}

/** What is on the sheet is read by the new version, and told where that has learned. */
async function tellNews(/** @type {number} */ version) {
  await localModel.follow(version);
  const readings = await reader.recognition.readBy(version).catch(() => null);
  view.version(version, true);
  const news = readings && newsOf(...readings, texts);
  if (news) view.tell(news);
}

function askAgain() {
  if (!document.hidden && navigator.onLine) live.ask().catch(() => {});
}

live.ask().catch((error) => view.complain(error));
setInterval(askAgain, MINUTE);
document.addEventListener("visibilitychange", askAgain);

// --- photos ---

bindPhotos({
  elements,
  texts,
  // Many times a minute: by this browser where it can, so that the server is left alone.
  ask: async ({ image, pixels }, signal) => {
    const number = settings.get("mode") === "number";
    const local = await predictor.preview({ glyph: { pixels, motion: null }, number });
    return local ?? api.predict({ image: image(), number }, signal);
  },
  convert: (file) => api.picture(file),
  reader,
  view,
});

const pictures = new KeptPicture();
bringBack(pictures.read()).finally(() => {
  keep.photo = (photo) => pictures.write(photo);
});

/** What was on the sheet before the page was left is there again; or that it is lost is said. */
async function bringBack(/** @type {Picture | null} */ picture) {
  if (picture === null) return;
  try {
    reader.input.resumePhoto(await keptPhoto(picture));
  } catch {
    view.tell(texts.pictureLost);
  }
}
