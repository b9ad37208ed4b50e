import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export type Choice<Value extends string> = {
  value: Value;
  label: string;
  shown: ComponentChildren;
  lang?: string;
};

type Props<Value extends string> = {
  label: string;
  choices: Choice<Value>[];
  chosen: Value;
  onChoose: (value: Value) => void;
};

/** A segmented switch: real radio buttons, so arrow keys and screen readers know it already. */
export function Switch<Value extends string>({ label, choices, chosen, onChoose }: Props<Value>) {
  const name = useId();
  return (
    <fieldset class="switch">
      <legend class="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} title={choice.label} lang={choice.lang}>
          <input
            class="unseen"
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === chosen}
            onChange={() => onChoose(choice.value)}
            aria-label={choice.label}
          />
          <span class="switch-face" aria-hidden="true">
            {choice.shown}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
