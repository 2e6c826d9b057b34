/** Who answers: the server, or the network in this browser. */

export class Answering {
  #api;
  #here;
  #now;
  #who = "both";

  /** `now` is a clock in milliseconds. */
  constructor(api, here, now = () => performance.now()) {
    this.#api = api;
    this.#here = here;
    this.#now = now;
  }

  /**
   * "both": this browser while the pen moves, and where the server cannot be reached;
   * "browser": the server only where this browser cannot; "server": it alone.
   */
  by(who) {
    this.#who = who;
    if (who !== "server") this.#here.open();
  }

  /**
   * The settled answer; `by` says who gave it, `milliseconds` how long it took, `isAway`
   * that the server should have.
   */
  async predict(drawing, signal) {
    if (this.#who === "browser" && this.#local()) return this.#byBrowser(drawing, signal);
    try {
      return await this.#byServer(drawing, signal);
    } catch (error) {
      if (!isAway(error) || !(await this.#opened())) throw error;
      return { ...(await this.#byBrowser(drawing, signal)), isAway: true };
    }
  }

  /** What this browser says at once; null where it says nothing, or would have to think. */
  async glimpse(drawing) {
    const isQuick = drawing.strokes || !drawing.number; // photos are taken apart once, at the end
    return isQuick && this.#local() ? this.#byBrowser(drawing) : null;
  }

  /** What reads in this browser, if it may. */
  #local() {
    return this.#who === "server" ? null : this.#here.reader;
  }

  async #byServer(drawing, signal) {
    const answer = await this.#timed("server", () => this.#api.predict(drawing, signal));
    this.#here.follow(answer.model_version);
    return answer;
  }

  /** The network may still be on its way, from what is kept. */
  async #opened() {
    if (!this.#local() && this.#who !== "server") await this.#here.open();
    return this.#local();
  }

  #byBrowser(drawing, signal) {
    return this.#timed("browser", () => this.#local().predict(drawing, signal));
  }

  async #timed(by, ask) {
    const begun = this.#now();
    const answer = await ask();
    return { ...answer, by, milliseconds: this.#now() - begun };
  }
}

/** Whether the server is not there or broken; one that asks for patience is there. */
function isAway({ code, status }) {
  return code === "network" || status >= 500;
}
