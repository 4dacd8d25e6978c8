import type { Language } from '../url-state.ts'
import type { Quantities } from './quantities.ts'
import type { Messages } from './zh.ts'

/** What a sentence is made with: the reader's language, its words, and its way of writing quantities. */
export interface Wording {
  language: Language
  t: Messages
  q: Quantities
}
