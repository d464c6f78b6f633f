package cairn.cli;

import cairn.cid.Cid;
import cairn.cid.Codec;
import cairn.cid.HashFunction;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Parameters;

@picocli.CommandLine.Command(
        description = "Takes a CID apart.",
        footer = {
            "",
            "Example:",
            "  cairn cid bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
        })
final class CidCommand implements Command {
    @Parameters(paramLabel = "TEXT", description = "a CID of version 0 or 1, in any base")
    private String text = "";

    @Override
    public boolean takes(List<String> words) {
        words.stream().findFirst().ifPresent(word -> text = word);
        return words.size() == 1;
    }

    @Override
    public int run(Session session) throws Exception {
        var read = Cid.read(text);
        Cid cid = read.cid();
        var anatomy = new LinkedHashMap<String, Object>();
        anatomy.put("cid", cid.toString());
        anatomy.put("version", cid.version());
        anatomy.put("codec", Codec.label(cid.codec()));
        anatomy.put(
                "hash",
                cid.hash()
                        .function()
                        .map(HashFunction::name)
                        .orElse("0x" + Long.toHexString(cid.hash().code())));
        anatomy.put("digest", cid.hash().digest().toHex());
        anatomy.put("base", read.base().toString());
        if (session.json()) {
            session.print(anatomy);
        } else {
            session.table(
                    anatomy.entrySet().stream()
                            .map(field -> List.of(field.getKey(), field.getValue().toString()))
                            .toList());
        }
        return ExitCode.DONE;
    }
}
