import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useSpeech } from '../language/language.ts';
import { areaPath, linePath, scaleTo } from './chart-scale.ts';

export type Line = {
  label: string;
  values: (number | null)[];
  /** Its color and dashes, 1 to 3. */
  look: 1 | 2 | 3;
  axis?: 'left' | 'right';
  write: (value: number) => string;
  isFilled?: boolean;
};

type Props = {
  heading: string;
  time: number[];
  lines: Line[];
  /** The scales reach at least so far: a single order shall not look like a flood. */
  least: { left: number; right?: number };
  /** The moment that the pointer is at, the same in all charts. */
  cursor: number | undefined;
  onCursor: (index: number | undefined) => void;
};

const height = 132;
const margin = { top: 8, bottom: 20, side: 46 };

/** Lines over the last minutes. The figures stand beside it as text: the drawing is for the eye only. */
export function Chart({ heading, time, lines, least, cursor, onCursor }: Props) {
  const { format, t } = useSpeech();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const at = cursor !== undefined && cursor < time.length ? cursor : time.length - 1;
  const hasRight = lines.some(({ axis }) => axis === 'right');
  const right = width - (hasRight ? margin.side : 10);
  const ground = height - margin.bottom;
  const x = (index: number): number =>
    margin.side + ((right - margin.side) * (index + points - time.length)) / (points - 1);
  const scales = {
    left: scaleTo(highest(lines, 'left'), least.left),
    right: scaleTo(highest(lines, 'right'), least.right ?? 1),
  };
  const y = (axis: 'left' | 'right') => (value: number) =>
    ground - ((ground - margin.top) * value) / scales[axis].max;
  const follow = (event: PointerEvent): void => {
    const { left } = box.current!.getBoundingClientRect();
    const share = (event.clientX - left - margin.side) / (right - margin.side);
    const index = Math.round(share * (points - 1)) - points + time.length;
    onCursor(index >= 0 && index < time.length ? index : undefined);
  };

  return (
    <figure class="chart card" aria-labelledby={id}>
      <figcaption>
        <h2 id={id}>{heading}</h2>
        <dl class="legend">
          {lines.map(({ label, look, values, write }) => (
            <div key={label}>
              <dt>
                <svg class={`look look-${look}`} viewBox="0 0 16 4" aria-hidden="true">
                  <path d="M0 2H16" />
                </svg>
                {label}
              </dt>
              <dd>{figure(values[at], write)}</dd>
            </div>
          ))}
        </dl>
      </figcaption>
      <div class="plot" ref={box} onPointerMove={follow} onPointerLeave={() => onCursor(undefined)}>
        {width > 0 && (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            {scales.left.ticks.map((tick) => (
              <g key={tick}>
                <path class="grid" d={`M${margin.side} ${y('left')(tick)}H${right}`} />
                <text class="tick" x={margin.side - 8} y={y('left')(tick) + 4} text-anchor="end">
                  {format.figure(tick)}
                </text>
              </g>
            ))}
            {hasRight &&
              scales.right.ticks.map((tick) => (
                <text key={tick} class="tick" x={right + 8} y={y('right')(tick) + 4}>
                  {lines.find(({ axis }) => axis === 'right')!.write(tick)}
                </text>
              ))}
            {lines.map(({ label, values, look, axis = 'left', isFilled }) => {
              const path = linePath(values, x, y(axis));
              return (
                <g key={label} class={`look-${look}`}>
                  {isFilled && values.length > 1 && !values.includes(null) && (
                    <path class="area" d={areaPath(path, x(0), x(values.length - 1), ground)} />
                  )}
                  <path class="curve" d={path} />
                </g>
              );
            })}
            {cursor !== undefined && at >= 0 && (
              <path class="cursor" d={`M${x(at).toFixed(1)} ${margin.top}V${ground}`} />
            )}
            <text class="tick" x={margin.side} y={height - 4}>
              {t.watch.ago}
            </text>
            <text class="tick" x={right} y={height - 4} text-anchor="end">
              {cursor !== undefined && time[at] !== undefined
                ? format.timeOfDay(new Date(time[at] * 1_000))
                : t.watch.now}
            </text>
          </svg>
        )}
      </div>
    </figure>
  );
}

/** Five minutes of two seconds. */
const points = 150;

function figure(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? '–' : write(value);
}

function highest(lines: Line[], of: 'left' | 'right'): number {
  const values = lines.filter(({ axis = 'left' }) => axis === of).flatMap(({ values }) => values);
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function useWidth(box: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const measure = (): void => setWidth(Math.floor(current.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
