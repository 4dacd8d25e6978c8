import { createContext, type ReactNode, use, useMemo } from 'react'
import { useScreen } from '../screen.ts'
import type { Language } from '../url-state.ts'
import { en } from './en.ts'
import { type Quantities, quantities } from './quantities.ts'
import { type Messages, zh } from './zh.ts'

export interface Words {
  language: Language
  t: Messages
  q: Quantities
}

const WordsContext = createContext<Words>({ language: 'zh', t: zh, q: quantities('zh') })
const STORED = 'gridpatrol.language'

/** The language of the address, else the one chosen last in this browser, else Chinese. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const { language: asked } = useScreen()
  const language = asked ?? storedLanguage()
  const words = useMemo(
    () => ({ language, t: language === 'en' ? en : zh, q: quantities(language) }),
    [language],
  )
  return <WordsContext value={words}>{children}</WordsContext>
}

export const useWords = (): Words => use(WordsContext)

function storedLanguage(): Language {
  try {
    return window.localStorage.getItem(STORED) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

/** Storage may be forbidden in this browser: the address still carries the choice. */
export function rememberLanguage(language: Language): void {
  try {
    window.localStorage.setItem(STORED, language)
  } catch {}
}
