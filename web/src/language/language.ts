import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createFormat, type Format } from './format.ts';
import { en, type Messages } from './messages-en.ts';
import { ru } from './messages-ru.ts';

export type Language = 'en' | 'ru';

export type Speech = { language: Language; t: Messages; format: Format };

const messages: Record<Language, Messages> = { en, ru };

export function speechIn(language: Language): Speech {
  return { language, t: messages[language], format: createFormat(language) };
}

export const SpeechContext = createContext<Speech>(speechIn('en'));

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}
