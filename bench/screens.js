// In the page: when a click was made, what is drawn, and when the screen is settled.
(() => {
  const bench = (window.bench = { clicked: 0, drawn: new Map(), messages: 0, bytes: 0 });

  // grids are drawn on a canvas: what they show is what was written there, and when
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    if (/^(P\d{6}|SKU-\d+|Provider \d|Rosa Ñandú .*|cell .*)$/.test(text))
      bench.drawn.set(text, performance.now());
    return write.call(this, text, ...rest);
  };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', event => {
        bench.messages += 1;
        bench.bytes += event.data.byteLength ?? event.data.size ?? event.data.length;
      });
    }
  };

  // the first of them: a second key or click belongs to the same wait
  for (const kind of ['pointerdown', 'keydown'])
    addEventListener(kind, () => {
      if (bench.clicked === Infinity) bench.clicked = performance.now();
    }, true);

  const atRest = () => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testScriptState === 'notRunning'
      && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
  };

  // whether a row was drawn since a moment; with `seen`, one that was not drawn before it
  bench.rows = (moment, seen) =>
    [...bench.drawn].some(([text, at]) => text && at >= moment && !seen?.has(text));

  // Look from now on for the moment, after the next click, from which the screen is at rest and
  // shows what is awaited, and stays so for `held` milliseconds. A page that loads counts from zero.
  bench.await = (shows, { loading = false, opening = loading, held = 250, patience = 60_000 } = {}) => {
    const start = { messages: bench.messages, bytes: bench.bytes };
    if (opening) bench.drawn.clear(); // else what was seen long ago is not new on another screen
    const seen = new Set(bench.drawn.keys());
    bench.clicked = loading ? 0 : Infinity;
    let since;
    const began = performance.now();
    bench.settled = new Promise((resolve, reject) => {
      const look = () => {
        const now = performance.now();
        let met = false;
        try { met = atRest() && now > bench.clicked && shows(bench.clicked, seen); } catch {}
        since = met ? (since ?? now) : undefined;
        if (since !== undefined && now - since >= held)
          resolve([
            since - bench.clicked, bench.messages - start.messages, bench.bytes - start.bytes,
          ]);
        else if (now - began > patience) reject(new Error(`nothing settled: ${shows}`));
        else requestAnimationFrame(look);
      };
      look();
    });
    bench.settled.catch(() => {});
  };
})();
