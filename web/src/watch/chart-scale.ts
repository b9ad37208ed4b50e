/** Where things stand in a chart. */
export type Scale = { max: number; ticks: number[] };

/** From 0 to a round number above `max`, with three or four round steps. */
export function scaleTo(max: number, least: number): Scale {
  const top = Math.max(max, least);
  const rough = top / 3;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * magnitude).find((step) => step >= rough * 0.999) ?? rough;
  const count = Math.ceil(top / step - 0.001);
  return { max: step * count, ticks: Array.from({ length: count + 1 }, (_, index) => step * index) };
}

/** A line through the values; what is not known is a gap. One value between gaps is a dot. */
export function linePath(
  values: (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const place = `${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    path += drawing ? `L${place}` : `M${place}h.01`;
    drawing = true;
  });
  return path;
}

/** The area under a line that has no gaps. */
export function areaPath(line: string, from: number, to: number, ground: number): string {
  return line === '' ? '' : `${line}L${to.toFixed(1)} ${ground}L${from.toFixed(1)} ${ground}Z`;
}
