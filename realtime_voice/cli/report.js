"use strict";
(() => {
  const player = document.querySelector("audio");
  const line = document.querySelector(".timeline");
  if (!player || !line) return;
  const scroll = line.parentElement;
  const head = line.querySelector(".playhead");
  const captions = [...line.querySelectorAll("[data-from]")];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const scale = Number(line.dataset.scale);
  let stopAt = Infinity;

  const play = (from, to) => {
    player.currentTime = from;
    stopAt = to;
    player.play();
  };
  const show = () => {
    const now = player.currentTime;
    head.classList.toggle("moved", now > 0);
    head.style.transform = `translateX(${now * scale}px)`;
    for (const caption of captions) {
      const { from, to } = caption.dataset;
      caption.classList.toggle("now", !player.paused && now >= from && now < to);
    }
    if (now >= stopAt) player.pause();
    if (player.paused) return;
    const place = now * scale - scroll.scrollLeft;
    if (place < 0 || place > scroll.clientWidth - 80) {
      scroll.scrollTo({ left: now * scale - 80, behavior: still.matches ? "auto" : "smooth" });
    }
  };
  const follow = () => {
    show();
    if (!player.paused) requestAnimationFrame(follow);
  };

  player.addEventListener("play", follow);
  player.addEventListener("seeked", show);
  player.addEventListener("pause", () => { stopAt = Infinity; show(); });
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-from]");
    if (target) play(Number(target.dataset.from), Number(target.dataset.to));
    else if (event.target.closest(".lane")) {
      play((event.clientX - line.getBoundingClientRect().left) / scale, Infinity);
    }
  });
})();
