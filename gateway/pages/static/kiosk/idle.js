// Ends a session that nobody touches any more. Counts by the clock, not by ticks: a browser that slept or throttled its
// timers clears at once when it wakes.

const TICK_MS = 250;

export class Idle {
  #timer = null;
  #endsAt = 0;
  #warned = false;

  // seconds: how long without a touch; warnAt: seconds left when `warn` is called, once a session.
  constructor({ seconds, warnAt, tick, warn, end }) {
    Object.assign(this, { seconds, warnAt, tick, warn, end });
  }

  get running() {
    return this.#timer !== null;
  }

  start() {
    this.stop();
    this.#timer = setInterval(() => this.#check(), TICK_MS);
    this.touch();
  }

  touch() {
    if (!this.running) return;
    this.#endsAt = Date.now() + this.seconds * 1000;
    this.#warned = false;
    this.#check();
  }

  stop() {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #check() {
    const leftMs = this.#endsAt - Date.now();
    // More left than a whole session means that the clock was set back.
    if (leftMs <= 0 || leftMs > this.seconds * 1000) {
      this.stop();
      this.end();
      return;
    }
    this.tick(leftMs / 1000);
    if (!this.#warned && leftMs <= this.warnAt * 1000) {
      this.#warned = true;
      this.warn(Math.ceil(leftMs / 1000));
    }
  }
}
