package dev.kaiaku.model.hub;

import dev.kaiaku.model.TensorInfo;
import dev.kaiaku.model.TensorType;
import dev.kaiaku.model.architecture.ModelConfig;
import dev.kaiaku.model.base.BaseModel;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a base model is made of, for people.
 *
 * @param parameters values in all of its tensors
 * @param bytes that they take in the file
 * @param tensors how many there are of each type
 * @param preTokenizer llama.cpp's name of the rule that cuts text
 * @param addedTexts texts of the tokeniser's control and user-defined tokens
 * @param licence of the weights, null where the catalogue does not know the model
 */
public record ModelInspection(
        String name,
        Path path,
        ModelConfig config,
        long parameters,
        long bytes,
        Map<TensorType, Integer> tensors,
        String preTokenizer,
        List<String> addedTexts,
        @Nullable String licence) {

    /**
     * Looks into an open base.
     *
     * @param calledBy what the user called it, which may be a name of the catalogue
     */
    public static ModelInspection of(BaseModel base, String calledBy) {
        long parameters = 0;
        long bytes = 0;
        Map<TensorType, Integer> types = new EnumMap<>(TensorType.class);
        for (TensorInfo tensor : base.tensors()) {
            parameters += tensor.rows() * tensor.columns();
            bytes += tensor.bytes();
            types.merge(tensor.type(), 1, Integer::sum);
        }
        return new ModelInspection(
                base.name(),
                base.path(),
                base.config(),
                parameters,
                bytes,
                types,
                base.tokenizer().data().pre(),
                base.tokenizer().data().addedTexts(),
                Catalogue.load().find(calledBy).map(CatalogueEntry::licence).orElse(null));
    }
}
