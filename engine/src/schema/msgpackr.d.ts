// The build of msgpackr without `new Function` (content security policies forbid it) comes without types.
declare module 'msgpackr/index-no-eval' {
  export { Packr } from 'msgpackr'
}
