/**
 * Numbers, money and time for a person. Values come from senders that differ, so nothing here may throw:
 * a currency is any three letters, a locale any text, a time any number.
 */
export type Moment = { local: string; utc: string | undefined; iso: string };

export type Format = {
  number: (value: number | bigint) => string;
  /** Minor units are unknown (the sender owns its prices), so no decimal point is invented. */
  money: (amount: number | bigint, currency: string) => string;
  percent: (value: number) => string;
  duration: (milliseconds: number) => string;
  moment: (date: Date) => Moment | undefined;
  /** For a list: the time, and the day when it is not today. */
  clock: (date: Date) => string;
  /** For a chart: 1,234, 12.3 or 0.042. */
  figure: (value: number) => string;
  timeOfDay: (date: Date) => string;
  languageName: (code: string) => string | undefined;
  currencyName: (code: string) => string | undefined;
};

export function createFormat(language: string): Format {
  const locale = regionalLocale(language);
  const integers = new Intl.NumberFormat(locale, { style: 'decimal', maximumFractionDigits: 0 });
  const durations = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const dateParts = { year: 'numeric', month: 'short', day: 'numeric' } as const;
  const timeParts = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' } as const;
  const local = new Intl.DateTimeFormat(locale, { ...dateParts, ...timeParts });
  const utc = new Intl.DateTimeFormat(locale, { ...dateParts, ...timeParts, timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const nameOf = (type: 'language' | 'currency', code: string): string | undefined => {
    try {
      const name = new Intl.DisplayNames([language], { type, fallback: 'none' }).of(code);
      return name === code ? undefined : name;
    } catch {
      return undefined;
    }
  };
  return {
    number: (value) => integers.format(value),
    money: (amount, currency) => `${integers.format(amount)} ${currency}`,
    percent: (value) => `${integers.format(value)}%`,
    duration: (milliseconds) =>
      milliseconds < 100 ? durations.format(milliseconds) : integers.format(milliseconds),
    moment(date) {
      if (Number.isNaN(date.getTime())) return undefined;
      const isUtc = date.getTimezoneOffset() === 0;
      return {
        local: local.format(date),
        utc: isUtc ? undefined : utc.format(date),
        iso: date.toISOString(),
      };
    },
    clock(date) {
      if (Number.isNaN(date.getTime())) return '';
      return (date.toDateString() === new Date().toDateString() ? time : dayAndTime).format(date);
    },
    figure: (value) => (Math.abs(value) >= 100 ? integers : figures).format(value),
    timeOfDay: (date) => time.format(date),
    languageName: (code) => nameOf('language', code),
    currencyName: (code) => nameOf('currency', code),
  };
}

/** “en” on the switch and “en-GB” in the browser: dates are written the British way. */
function regionalLocale(language: string): string {
  const regional = navigator.languages.find((locale) => locale.split('-')[0] === language);
  try {
    return Intl.getCanonicalLocales(regional ?? language)[0] ?? language;
  } catch {
    return language;
  }
}
