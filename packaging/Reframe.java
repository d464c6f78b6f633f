import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.instruction.ConstantInstruction;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

static final String MARKER = "/META-INF/reframed";

/// The class by which picocli sees whether Groovy runs it, and one that is known not to be there.
static final String GROOVY = "groovy.lang.Closure";
static final String NO_CLASS = "java.lang.NoClass";

/// Rewrites the classes of picocli, so that a command starts in half the time.
///
/// They get the stack maps that Java 6 brought, because an AOT cache leaves out older classes, which
/// each start would load and verify again. And they no longer look for Groovy, for which each start
/// would open every library: where a package is the JDK's, no library is asked.
void main(String[] args) throws IOException {
    var jar = Path.of(args[0]);
    try (var zip = FileSystems.newFileSystem(jar)) {
        if (Files.exists(zip.getPath(MARKER))) {
            return;
        }
    }
    var copy = Files.copy(jar, Path.of(jar + ".new"), StandardCopyOption.REPLACE_EXISTING);
    try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
            var zip = FileSystems.newFileSystem(copy);
            var files = Files.walk(zip.getPath("/"))) {
        var hierarchy = ClassHierarchyResolver.ofResourceParsing(loader).cached();
        var format =
                ClassFile.of(
                        StackMapsOption.GENERATE_STACK_MAPS,
                        ClassHierarchyResolverOption.of(hierarchy));
        var version = ClassFileVersion.of(ClassFile.JAVA_8_VERSION, 0);
        var transform =
                ClassTransform.transformingMethodBodies((code, element) -> {
                            if (element instanceof ConstantInstruction constant
                                    && constant.constantValue().equals(GROOVY)) {
                                code.loadConstant(NO_CLASS);
                            } else {
                                code.with(element);
                            }
                        })
                        .andThen(ClassTransform.endHandler(type -> type.with(version)));
        for (var file : files.filter(name -> name.toString().endsWith(".class")).toList()) {
            var type = format.parse(Files.readAllBytes(file));
            if (type.majorVersion() < ClassFile.JAVA_6_VERSION) {
                Files.write(file, format.transformClass(type, transform));
            }
        }
        Files.createFile(zip.getPath(MARKER));
    }
    Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
}
