/** Line icons on a 16-pixel grid; decoration beside a word or inside a labelled button, never alone. */
const paths = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  clear: 'm4 4 8 8m0-8-8 8',
  copy: 'M5.5 5.5V3.6A1.1 1.1 0 0 1 6.6 2.5h5.8a1.1 1.1 0 0 1 1.1 1.1v5.8a1.1 1.1 0 0 1-1.1 1.1H10.5M3.6 5.5h5.8a1.1 1.1 0 0 1 1.1 1.1v5.8a1.1 1.1 0 0 1-1.1 1.1H3.6a1.1 1.1 0 0 1-1.1-1.1V6.6a1.1 1.1 0 0 1 1.1-1.1Z',
  link: 'M6.7 9.3a2.8 2.8 0 0 0 4 0l2.1-2.1a2.83 2.83 0 0 0-4-4l-.9.900M9.3 6.7a2.8 2.8 0 0 0-4 0L3.2 8.8a2.83 2.83 0 0 0 4 4l.9-.9',
  check: 'm3 8.5 3.2 3.2L13 5',
  code: 'M5.5 4.5 2 8l3.5 3.5m5-7L14 8l-3.5 3.5',
  bolt: 'M8.7 1.8 3.5 9H8l-.7 5.2L12.5 7H8Z',
  database:
    'M2.8 3.8v8.4c0 1 2.3 1.9 5.2 1.9s5.2-.9 5.2-1.9V3.8M8 5.7c2.9 0 5.2-.9 5.2-1.9S10.9 1.9 8 1.9s-5.2.900-5.2 1.9S5.1 5.7 8 5.7ZM2.8 8c0 1 2.3 1.9 5.2 1.9s5.2-.9 5.2-1.9',
  system: 'M2.5 3h11v7.5h-11ZM6 13.5h4M8 10.5v3',
  light:
    'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15M3 3l.9.900M12.1 12.1l.9.900M13 3l-.9.900M3.9 12.1 3 13',
  dark: 'M13.5 9.4A5.8 5.8 0 0 1 6.6 2.5a5.8 5.8 0 1 0 6.9 6.9Z',
  warning: 'M8 2.2 14.3 13H1.7ZM8 6.5v3M8 11.3v.1',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.4',
  question:
    'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.3 6.3a1.75 1.75 0 1 1 2.5 1.6c-.5.200-.8.600-.8 1.1M8 11.2v.1',
  cloudOff: 'M4.6 6.2A3.2 3.2 0 0 0 5 12.5h6.5M13 11.8a2.6 2.6 0 0 0-1.5-4.7A4 4 0 0 0 6.7 4M2.5 2l11 12',
  id: 'M6.2 2.5 4.8 13.5M11.2 2.5 9.8 13.5M2.8 6h10.7M2.5 10h10.7',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M16 6.8 24 11v10l-8 4.2L8 21V11zM8.4 11.2l7.6 4 7.6-4M16 15.2v9.6" />
    </svg>
  );
}
