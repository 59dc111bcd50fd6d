// SPDX-License-Identifier: Apache-2.0
// Draws time and price over the length of prompts, and makes the keys work. Everything else on the page is plain HTML.
(() => {
  'use strict';

  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const hidden = new Set();
  const charts = [];

  const ink = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const seconds = s => {
    if (s < 0.001) return +(s * 1e6).toPrecision(3) + ' µs';
    if (s < 1) return +(s * 1e3).toPrecision(3) + ' ms';
    return +s.toPrecision(3) + ' s';
  };
  const dollars = d => '$' + (d < 10 ? +d.toPrecision(3) : d.toFixed(1));
  const tokens = n => Math.round(n).toLocaleString('en');
  const shortTokens = n => n >= 1000 ? +(n / 1000).toPrecision(3) + 'k' : String(n);

  const axis = more => Object.assign({
    stroke: ink('--quiet'), font: '12px system-ui, sans-serif',
    grid: {stroke: ink('--grid'), width: 1}, ticks: {show: false},
  }, more);

  /** A log scale puts a line at every multiple of a power of ten, but has room for words at 1, 2 and 5 of them only. */
  const words = format => (u, splits) => splits.map(v => {
    if (v == null) return '';
    const digit = Math.round(v / 10 ** Math.floor(Math.log10(v) + 1e-9));
    return digit === 1 || digit === 2 || digit === 5 ? format(v) : '';
  });

  const readout = (keys, format) => chart => {
    const at = chart.cursor.idx;
    keys.querySelectorAll('.key[data-series]').forEach(key => {
      const value = at == null ? null : chart.data[1 + Number(key.dataset.series)][at];
      key.querySelector('output').textContent = value == null ? '' : format(value);
    });
    keys.querySelector('.at').textContent = at == null ? '' : 'at ' + tokens(chart.data[0][at]) + ' tokens';
  };

  const draw = (id, keys, lengths, columns, format) => {
    const box = document.getElementById(id);
    const chart = new uPlot({
      width: box.clientWidth, height: Math.max(260, Math.min(420, box.clientWidth * 0.5)), legend: {show: false},
      series: [{}].concat(data.series.map((one, i) => ({
        stroke: ink(one.colour), width: 2, dash: one.dash, points: {show: false}, show: !hidden.has(i),
      }))),
      scales: {x: {time: false, distr: 3, log: 10, range: (u, min, max) => [min, max]}, y: {distr: 3, log: 10}},
      axes: [axis({values: words(shortTokens), size: 34}), axis({values: words(format), size: 66})],
      cursor: {y: false, points: {size: 7}, sync: {key: 'length', setSeries: false}},
      hooks: {setCursor: [readout(keys, format)]},
    }, [lengths].concat(columns), box);
    chart.box = box;
    charts.push(chart);
  };

  const drawAll = () => {
    charts.splice(0).forEach(chart => chart.destroy());
    data.panels.forEach((panel, i) => {
      draw('ttft-' + i, document.getElementById('ttft-keys-' + i), data.lengths, panel.ttft, seconds);
      draw('usd-' + i, document.getElementById('usd-keys-' + i), data.lengths, panel.usd, dollars);
    });
  };

  document.querySelectorAll('.key[data-series]').forEach(key => key.addEventListener('click', () => {
    const series = Number(key.dataset.series);
    const show = hidden.delete(series) || (hidden.add(series), false);
    document.querySelectorAll('.key[data-series="' + series + '"]').forEach(k => k.setAttribute('aria-pressed', String(show)));
    charts.forEach(chart => chart.setSeries(1 + series, {show}));
  }));

  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    charts.forEach(chart => chart.setSize({width: chart.box.clientWidth, height: chart.height}));
  });
  drawAll();
})();
