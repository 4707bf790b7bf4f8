// Finds the names that bundles may shorten: of members that are private, or internal, or of classes
// that the package does not export, if nothing else in the sources or in the platform has the same
// name.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const { options, fileNames } = ts.parseJsonConfigFileContent(ts.readConfigFile(`${root}/tsconfig.build.json`, ts.sys.readFile).config, ts.sys, root);
const program = ts.createProgram(fileNames, { ...options, noEmit: true });
const checker = program.getTypeChecker();
const sources = program.getSourceFiles().filter(({ fileName }) => fileNames.includes(fileName));
const entryPoints = ['src/index.ts', 'src/push.ts', 'src/ticket.ts', 'src/tabs/client.ts', 'src/bindings/react.ts', 'src/bindings/vue.ts'];

const resolve = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const exports = new Set(
  entryPoints.flatMap((path) => {
    const file = checker.getSymbolAtLocation(program.getSourceFile(`${root}${path}`));
    return file ? checker.getExportsOfModule(file).map(resolve) : [];
  }),
);

/** Whether the class, or one that extends it, is exported. */
const isExported = (symbol) => exports.has(symbol) || [...exports].some((one) => one.flags & ts.SymbolFlags.Class && (checker.getDeclaredTypeOfSymbol(one).getBaseTypes() ?? []).some((base) => base.symbol === symbol));

/** The files whose interfaces are between parts of the client only. */
const internalFiles = ['clock.ts', 'transport/transport.ts', 'transport/transport-selector.ts', 'ordered-stream.ts', 'inbox.ts', 'outbox.ts', 'connection.ts', 'ordered-publisher.ts', 'tabs/tab-session.ts'];

/** Whether everything that a class inherits is declared in the sources. */
function isOwn({ heritageClauses = [] }) {
  const bases = heritageClauses.filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword).flatMap(({ types }) => [...types]);
  return bases.every(({ expression }) => (checker.getTypeAtLocation(expression).symbol?.declarations ?? []).some((base) => sources.includes(base.getSourceFile())));
}

function isPrivate(declaration) {
  if (ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === 'internal')) {
    return true;
  }
  if (ts.isTypeElement(declaration)) {
    const { parent } = declaration;
    const isInternal = internalFiles.some((path) => declaration.getSourceFile().fileName.endsWith(`/src/${path}`));
    return isInternal && ts.isInterfaceDeclaration(parent) && !exports.has(checker.getSymbolAtLocation(parent.name));
  }
  const isMember = ts.isClassElement(declaration) || ts.isParameterPropertyDeclaration(declaration, declaration.parent);
  if (!isMember || !declaration.name || !ts.isIdentifier(declaration.name)) {
    return false;
  }
  const owner = ts.isParameter(declaration) ? declaration.parent.parent : declaration.parent;
  if (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) {
    return true;
  }
  return isOwn(owner) && owner.name !== undefined && !isExported(checker.getSymbolAtLocation(owner.name));
}

const found = new Set();
const taken = new Set();

/** Returns the property that a part of an object literal or pattern is, by the type it has to have. */
function expectedProperty(node) {
  const { parent } = node;
  if (ts.isObjectLiteralElement(parent) && parent.name === node && ts.isObjectLiteralExpression(parent.parent)) {
    const expected = checker.getContextualType(parent.parent);
    return (expected && checker.getNonNullableType(expected).getProperty(node.text)) ?? checker.getTypeAtLocation(parent.parent).getProperty(node.text);
  }
  if (ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && (parent.propertyName ?? parent.name) === node) {
    return checker.getTypeAtLocation(parent.parent).getProperty(node.text);
  }
  return undefined;
}

function visit(node) {
  if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) {
    const symbol = expectedProperty(node) ?? checker.getSymbolAtLocation(node);
    const declarations = symbol?.declarations ?? [];
    const isProperty = symbol && symbol.flags & (ts.SymbolFlags.ClassMember | ts.SymbolFlags.Property);
    if (ts.isStringLiteralLike(node)) {
      if (ts.isBinaryExpression(node.parent) || ts.isElementAccessExpression(node.parent)) {
        taken.add(node.text); // as in `'name' in object`
      }
    } else if (isProperty && declarations.length > 0 && declarations.every(isPrivate)) {
      found.add(node.text);
    } else if (isProperty || (!symbol && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) {
      taken.add(node.text);
    }
  }
  ts.forEachChild(node, visit);
}
sources.forEach(visit);

/** For esbuild’s `mangleProps`. */
export const privateNames = new RegExp(`^(${[...found].filter((name) => !taken.has(name)).join('|')})$`);
