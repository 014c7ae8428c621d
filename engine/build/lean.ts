// What a page of players gets: the engine without what only a game's developer needs. The rules, for each module:
//
// - The text of an error that a mistake in the game's own code or a broken frame causes goes; its code stays. Texts that
//   a player reads ("seat expired") stay.
// - What only refuses a wrong contract goes, with its conditions. Development builds refuse it, and so does the
//   server, which has the same contract and says what is wrong with it.
//
// Nothing else changes, and every line stays where it was, so that source maps hold.

import ts from 'typescript'

/** Codes of mistakes of the game's developer, and of frames and messages that are not what a server sends. */
const TEXTLESS = [
  'ERR_SCHEMA',
  'ERR_USAGE',
  'ERR_FIELD_VALUE',
  'ERR_ROW_GONE',
  'ERR_TABLE_FULL',
  'ERR_FRAME_TRUNCATED',
  'ERR_FRAME_INVALID',
  'ERR_FRAME_KIND',
  'ERR_FRAME_SIZE',
  'ERR_FRAME_BASELINE',
  'ERR_MESSAGE',
]
const CONTRACT = 'ERR_SCHEMA'

interface Cut {
  readonly from: number
  readonly to: number
  readonly instead: string
}

/** A module of the engine (JavaScript or TypeScript) as it is in production. */
export function lean(code: string): string {
  const file = ts.createSourceFile('module.ts', code, ts.ScriptTarget.Latest)
  const cuts: Cut[] = []
  const visit = (node: ts.Node): void => {
    if (isCheck(node)) cuts.push({ from: node.getStart(file), to: node.end, instead: ';' })
    else if (isFail(node) && isTextless(node)) {
      const [code, text] = node.arguments
      cuts.push({ from: code.end, to: text.end, instead: '' })
    } else ts.forEachChild(node, visit)
  }
  visit(file)
  let out = ''
  let at = 0
  for (const { from, to, instead } of cuts) {
    const lines = code.slice(from, to).split('\n').length - 1
    out += code.slice(at, from) + instead + '\n'.repeat(lines)
    at = to
  }
  return out + code.slice(at)
}

/** A statement that does nothing where the contract is right. */
function isCheck(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) return !isFail(node.expression) && onlyRefuses(node)
  return (ts.isIfStatement(node) || ts.isForOfStatement(node)) && onlyRefuses(node)
}

/** What it calls to find out is taken to have no effects. */
function onlyRefuses(node: ts.Statement): boolean {
  if (ts.isExpressionStatement(node))
    return ts.isCallExpression(node.expression) && node.expression.arguments.some((one) => isCode(one, [CONTRACT]))
  if (ts.isIfStatement(node))
    return node.elseStatement === undefined && onlyRefuses(node.thenStatement) && !assigns(node.expression)
  if (ts.isForOfStatement(node)) return onlyRefuses(node.statement)
  return ts.isBlock(node) && node.statements.length > 0 && node.statements.every(onlyRefuses)
}

function assigns(node: ts.Node): boolean {
  const { PlusPlusToken, MinusMinusToken, FirstAssignment, LastAssignment } = ts.SyntaxKind
  if (ts.isPostfixUnaryExpression(node)) return true
  if (ts.isPrefixUnaryExpression(node) && [PlusPlusToken, MinusMinusToken].includes(node.operator)) return true
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken
    if (kind >= FirstAssignment && kind <= LastAssignment) return true
  }
  return ts.forEachChild(node, (child) => assigns(child) || undefined) ?? false
}

function isFail(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'fail'
}

/** A code that is passed on as an argument is one of a mistake, too: a value is not what its field allows. */
function isTextless({ arguments: [code, text] }: ts.CallExpression): boolean {
  return text !== undefined && (ts.isIdentifier(code) || isCode(code, TEXTLESS))
}

function isCode(node: ts.Node, codes: readonly string[]): boolean {
  return ts.isStringLiteral(node) && codes.includes(node.text)
}
