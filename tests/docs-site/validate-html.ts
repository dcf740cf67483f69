/** Asks an independent judge whether pages are HTML as the standard has it. */
import { HtmlValidate } from 'html-validate';

/** Rules of taste are off: how the doctype is spelled, how long a title is, regions that are no sections, letters of ids. */
const judge = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: { 'doctype-style': 'off', 'long-title': 'off', 'prefer-native-element': 'off', 'valid-id': ['error', { relaxed: true }] },
});

/** What is wrong with a page; nothing when it is valid. In a site of one file, landmarks of pages that are not shown count as well. */
export async function validateHtml(path: string, text: string): Promise<string[]> {
  const { results } = await judge.validateString(text);
  const isSingle = text.includes('<html lang="en" data-single>');
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ ruleId }) => !(isSingle && ruleId === 'unique-landmark'))
    .map(({ ruleId, message, line, column }) => `${path}:${line}:${column} ${ruleId}: ${message}`);
}
