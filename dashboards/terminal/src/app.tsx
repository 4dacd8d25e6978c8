import { useCallback, useEffect, useState } from 'react'
import type { ProblemKinds, SentReport, TerminalState } from '../../../proto/terminal-http.ts'
import { GatewayRefused, readKinds, readReports, readState } from './gateway.ts'
import { PinForm } from './pin-form.tsx'
import { ReportForm } from './report-form.tsx'
import { SentList } from './sent-list.tsx'
import { StatusBar } from './status-bar.tsx'
import { store, stored } from './stored.ts'
import { type Language, WORDS } from './words.ts'

const ASK_EVERY_MS = 3000
const UNAUTHORIZED = 401

/** The page: how the terminal is, the form, and what was reported. */
export function App() {
  const [language, setLanguage] = useState<Language>(stored('language') === 'en' ? 'en' : 'zh')
  const [state, setState] = useState<TerminalState>()
  const [kinds, setKinds] = useState<ProblemKinds['kinds']>([])
  const [reports, setReports] = useState<SentReport[]>([])
  const [failure, setFailure] = useState<'lost' | 'pin'>()
  const words = WORDS[language]

  const ask = useCallback(async () => {
    try {
      const [now, sent] = await Promise.all([readState(), readReports()])
      setState(now)
      setReports(sent.reports)
      setFailure(undefined)
    } catch (error) {
      setFailure(error instanceof GatewayRefused && error.status === UNAUTHORIZED ? 'pin' : 'lost')
    }
  }, [])

  useEffect(() => {
    void ask()
    const timer = setInterval(() => void ask(), ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [ask])

  const heard = state !== undefined
  useEffect(() => {
    // The list of kinds does not change while the gateway runs.
    if (heard)
      readKinds().then(
        (answer) => setKinds(answer.kinds),
        () => {},
      )
  }, [heard])

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    document.title = WORDS[language].title
    store('language', language)
  }, [language])

  if (failure === 'pin') return <PinForm words={words} onEntered={ask} />
  return (
    <>
      <StatusBar
        words={words}
        state={failure ? undefined : state}
        onOtherLanguage={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
      />
      <main>
        <ReportForm words={words} language={language} kinds={kinds} fix={state?.fix} onSent={ask} />
        <SentList words={words} language={language} kinds={kinds} reports={reports} />
      </main>
    </>
  )
}
