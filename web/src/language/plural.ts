type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** “1 item”, “3 items”; Russian has three forms. */
export function countedWith(language: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(language);
  return (count, forms) => `${digits.format(count)}\u00A0${forms[rules.select(count)] ?? forms.other}`;
}
